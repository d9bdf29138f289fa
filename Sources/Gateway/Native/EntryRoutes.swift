import AuthClient
import Foundation
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages
import WorkspaceClient

/// `/entries`: administrators of the instance in workspaces that are not theirs.
struct EntryRoutes: Sendable {
    let gateway: Gateway
    let visitors: Visitors
    private var places: Places { Places(gateway: gateway) }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("entries", use: list)
        routes.post("entries", use: enter)
        routes.delete("entries/:id", use: leave)
    }

    /// Of `?workspace=`, for its members; or all, for administrators and auditors of the instance.
    @Sendable private func list(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let query = try Query(request)
        let home = try await places.home(query["workspace"], caller.call(context))
        let found = try await gateway.backends.auth.listEntries(
            .with { ($0.workspaceID, $0.openOnly) = (home, query["open"] == "true") }, caller.call(context))
        return Reply.json { writer in
            writer.object { writer in
                writer.key("entries")
                writer.array(found.entries) { $0.entry($1) }
            }
        }
    }

    @Sendable private func enter(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let body = try await RequestBytes.document(request, bytesMax: SessionRoutes.bodyBytesMax)
        let (role, hours) = try (body.text("role"), body.integerIfAny("hours") ?? 1)
        let made = try await gateway.enter(
            try body.string("workspace"), as: role.isEmpty ? "viewer" : role, reason: try body.text("reason"),
            hours: hours, caller, context)
        return Reply.json(status: .created) { writer in
            writer.object { writer in
                writer.key("entry")
                writer.entry(made)
            }
        }
    }

    @Sendable private func leave(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let id = try Data(idText: try context.part("id"), "entry")
        try await gateway.leave(id, caller, context)
        return Reply.json { $0.object { _ in } }
    }
}

extension Gateway {
    /// For the API and the page: by the name of a workspace that the caller need not see.
    func enter(
        _ workspace: String, as role: String, reason: String, hours: Int64, _ caller: Caller, _ context: EdgeContext
    ) async throws -> EntryRecord {
        let call = caller.call(context)
        guard let role = Role(rawValue: role) else {
            throw Failure(
                .invalid, "Who enters a workspace is a viewer, commenter, editor or admin there.",
                reason: "role_unknown")
        }
        // Zero stands for "not told" on the wire; whoever writes it means it.
        guard hours > 0 else {
            throw Failure(.invalid, "A workspace is entered for 1 to 8 whole hours.", reason: "hours_invalid")
        }
        let found = try await backends.workspace.locate(.with { $0.name = workspace }, call).workspace
        let made = try await backends.auth.enterWorkspace(
            .with {
                ($0.workspaceID, $0.workspaceName, $0.role) = (found.id, found.name, role.claim)
                ($0.reason, $0.hours) = (reason, UInt32(clamping: hours))
            }, call)
        authenticator.forget(caller.principal)
        return made.entry
    }

    func leave(_ id: Data, _ caller: Caller, _ context: EdgeContext) async throws {
        try await backends.auth.leaveWorkspace(.with { $0.id = id }, caller.call(context))
        authenticator.forget(caller.principal)
    }
}

extension JSONWriter {
    fileprivate mutating func entry(_ entry: EntryRecord) {
        object { writer in
            writer.member("id", entry.id.idText)
            writer.member("workspace", entry.workspaceName)
            writer.member("account", entry.principalID.idText)
            writer.member("name", entry.name)
            writer.member("role", Role(entry.role)?.rawValue ?? "")
            writer.member("reason", entry.reason)
            writer.time("entered_ms", entry.enteredMs)
            writer.time("ends_ms", entry.endsMs)
            writer.time("ended_ms", entry.endedMs)
        }
    }
}

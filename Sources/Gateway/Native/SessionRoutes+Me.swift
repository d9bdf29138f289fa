import AuthClient
import Foundation
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import WireMessages
import WorkspaceClient

/// `/me`: who calls, and what the key or session at hand may do.
extension SessionRoutes {
    @Sendable func me(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let (call, places) = (caller.call(context), Places(gateway: gateway))
        let seen = try await gateway.backends.workspace.list(.init(), call).workspaces
        let told = try await gateway.backends.auth.describeAccess(.init(), call)
        let workspaces = Dictionary(seen.map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
        let inProjects = told.holdings.map(\.grant.projectID).filter { !$0.isEmpty }
        let projects = try await places.projectNames(inProjects, call)
        let names = try await KeyNames(told.hasKey ? [told.key] : [], places, call)
        return Reply.json { writer in
            writer.object { writer in
                writer.member("id", caller.principal.text)
                writer.member("name", caller.name)
                writer.member("by", caller.bySession ? "session" : "key")
                if caller.bySession { writer.member("csrf_token", caller.csrfToken) }
                writer.strings("workspaces", seen.map(\.name))
                if told.hasKey {
                    writer.key("key")
                    writer.key(told.key, names)
                }
                writer.key("roles")
                writer.array(told.holdings) { $0.holding($1, workspaces, projects) }
            }
        }
    }
}

extension JSONWriter {
    /// A role, and what of it is left by denials and by the key's limits on actions.
    fileprivate mutating func holding(
        _ holding: DescribeAccessResponse.Holding, _ workspaces: [Data: String], _ projects: [Data: String]
    ) {
        let grant = holding.grant
        object { writer in
            writer.member("role", Role(grant.role)?.rawValue ?? "")
            if !grant.workspaceID.isEmpty {
                writer.member("workspace", workspaces[grant.workspaceID] ?? grant.workspaceID.idText)
            }
            if !grant.projectID.isEmpty {
                writer.member("project", projects[grant.projectID] ?? grant.projectID.idText)
            }
            writer.strings("actions", holding.actions)
            if grant.untilMs != 0 { writer.time("until_ms", grant.untilMs) }
        }
    }
}

import AuthClient
import Foundation
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// Roles of a workspace's own, what is denied in it, and why.
extension MemberRoutes {
    @Sendable func listRoles(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let workspace = try await places.workspace(try Query(request)["workspace"], caller.call(context))
        let own = try await gateway.backends.auth.listRoles(.with { $0.workspaceID = workspace }, caller.call(context))
        return Reply.json { writer in
            writer.object { writer in
                writer.key("roles")
                writer.array(own.roles) { writer, role in
                    writer.object { writer in
                        writer.member("id", role.id.idText)
                        writer.member("name", role.name)
                        writer.strings("actions", role.actions)
                        writer.member("holders", Int64(role.holders))
                    }
                }
            }
        }
    }

    @Sendable func createRole(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await save(Data(), request, context)
    }

    @Sendable func changeRole(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await save(try Data(idText: try context.part("id"), "role"), request, context)
    }

    private func save(_ id: Data, _ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let body = try await RequestBytes.document(request, bytesMax: SessionRoutes.bodyBytesMax)
        let workspace = try await places.workspace(try body.string("workspace"), caller.call(context))
        let asked = try SaveRoleRequest.with {
            ($0.workspaceID, $0.id) = (workspace, id)
            ($0.name, $0.actions) = try (body.string("name"), body.strings("actions"))
        }
        let saved = try await gateway.backends.auth.saveRole(asked, caller.call(context))
        return Reply.json(status: id.isEmpty ? .created : .ok) { $0.object { $0.member("id", saved.id.idText) } }
    }

    @Sendable func deleteRole(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let id = try Data(idText: try context.part("id"), "role")
        let workspace = try await places.workspace(try Query(request)["workspace"], caller.call(context))
        _ = try await gateway.backends.auth.deleteRole(
            .with { ($0.workspaceID, $0.id) = (workspace, id) }, caller.call(context))
        return Reply.json { $0.object { _ in } }
    }

    @Sendable func listDenials(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let call = caller.call(context)
        let workspace = try await places.workspace(try Query(request)["workspace"], call)
        let denials = try await gateway.backends.auth.listDenials(.with { $0.workspaceID = workspace }, call).denials
        let names = try await places.projectNames(denials.map(\.denial.projectID).filter { !$0.isEmpty }, call)
        return Reply.json { writer in
            writer.object { writer in
                writer.key("denials")
                writer.array(denials) { writer, entry in
                    writer.object { writer in
                        writer.member("id", entry.principalID.idText)
                        writer.member("name", entry.name)
                        writer.member("kind", entry.kind.text)
                        writer.strings("actions", entry.denial.actions)
                        writer.member("reason", entry.reason)
                        writer.member("denied_by", entry.deniedBy)
                        writer.time("since_ms", entry.deniedMs)
                        let project = entry.denial.projectID
                        if !project.isEmpty { writer.member("project", names[project] ?? project.idText) }
                    }
                }
            }
        }
    }

    /// In place of what was denied to them there before; no actions lift it.
    @Sendable func deny(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let id = try Data(idText: try context.part("id"), "account")
        let body = try await RequestBytes.document(request, bytesMax: SessionRoutes.bodyBytesMax)
        let call = caller.call(context)
        let (place, part, reason) = try (body.string("workspace"), body.text("project"), body.text("reason"))
        let workspace = try await places.workspace(place, call)
        let project = try await places.project(part, of: place, call)
        let denial = try DenialClaim.with {
            ($0.workspaceID, $0.projectID, $0.actions) = (workspace, project, try body.strings("actions"))
        }
        _ = try await gateway.backends.auth.setDenial(
            .with { ($0.principalID, $0.denial, $0.reason) = (id, denial, reason) }, call)
        if let account = ID<Account>(bytes: id) { gateway.authenticator.forget(account) }
        return Reply.json { $0.object { _ in } }
    }

    /// `?action=` on `?workspace=` (and `?project=`), of `?principal=` (an id; oneself unless told) and of its `?key=`.
    @Sendable func explain(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let (call, query) = (caller.call(context), try Query(request))
        let workspace = try await places.home(query["workspace"], call)
        let project =
            workspace.isEmpty ? Data() : try await places.project(query["project"], of: query["workspace"], call)
        let asked = try ExplainAccessRequest.with {
            ($0.action, $0.workspaceID, $0.projectID) = (try query.required("action"), workspace, project)
            if query.has("principal") { $0.principalID = try Data(idText: query["principal"], "account") }
            if query.has("key") { $0.keyID = try Data(idText: query["key"], "key") }
        }
        let told = try await gateway.backends.auth.explainAccess(asked, call)
        return Reply.json { writer in
            writer.object { writer in
                writer.member("allowed", told.allowed)
                writer.key("steps")
                writer.array(told.steps) { writer, step in
                    writer.object { writer in
                        writer.member("rule", step.rule)
                        writer.member("allows", step.allows)
                        writer.member("text", step.text)
                    }
                }
            }
        }
    }
}

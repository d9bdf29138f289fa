import AuthClient
import Foundation
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// `/groups` and `/invitations`.
struct GroupRoutes: Sendable {
    let gateway: Gateway
    let visitors: Visitors
    private var places: Places { Places(gateway: gateway) }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("groups", use: list)
        routes.post("groups", use: create)
        routes.get("groups/:id/members", use: members)
        routes.get("groups/:id/roles", use: roles)
        routes.patch("groups/:id", use: change)
        routes.delete("groups/:id", use: delete)
        routes.get("invitations", use: invitations)
        routes.post("invitations", use: invite)
        routes.delete("invitations/:id", use: withdraw)
    }

    /// Of `?workspace=`, or those of the instance.
    @Sendable private func list(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let home = try await places.home(try Query(request)["workspace"], caller.call(context))
        let found = try await gateway.backends.auth.listAccounts(.with { $0.workspaceID = home }, caller.call(context))
        return Self.accounts("groups", found.accounts.filter { $0.kind == .group })
    }

    private static func accounts(_ name: String, _ accounts: [AccountRecord]) -> Response {
        Reply.json { writer in
            writer.object { writer in
                writer.key(name)
                writer.array(accounts) { $0.account($1) }
            }
        }
    }

    @Sendable private func create(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let body = try await RequestBytes.document(request, bytesMax: SessionRoutes.bodyBytesMax)
        let home = try await places.home(try body.text("workspace"), caller.call(context))
        let asked = try CreateGroupRequest.with {
            ($0.workspaceID, $0.name, $0.description_p) = try (home, body.string("name"), body.text("description"))
        }
        let made = try await gateway.backends.auth.createGroup(asked, caller.call(context))
        return Reply.json(status: .created) { $0.object { $0.member("id", made.id.idText) } }
    }

    @Sendable private func members(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let id = try Data(idText: try context.part("id"), "group")
        let found = try await gateway.backends.auth.listGroupMembers(.with { $0.id = id }, caller.call(context))
        return Self.accounts("members", found.members)
    }

    /// Where it holds roles. A workspace that the caller may not see is told without its name.
    @Sendable private func roles(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let id = try Data(idText: try context.part("id"), "group")
        let held = try await GroupHolding.all(of: id, gateway, caller, caller.call(context))
        return Reply.json { writer in
            writer.object { writer in
                writer.key("roles")
                writer.array(held) { writer, holding in
                    writer.object { writer in
                        writer.member("role", holding.role)
                        writer.member("scope", holding.scope)
                        if !holding.workspace.isEmpty { writer.member("workspace", holding.workspace) }
                        if !holding.project.isEmpty { writer.member("project", holding.project) }
                    }
                }
            }
        }
    }

    /// `add` and `remove` hold ids of accounts; `name` and `description` stay as they are without one.
    @Sendable private func change(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let id = try Data(idText: try context.part("id"), "group")
        let body = try await RequestBytes.document(request, bytesMax: 128 << 10)
        let asked = try ChangeGroupRequest.with {
            $0.id = id
            $0.addIds = try body.strings("add").map { try Data(idText: $0, "account") }
            $0.removeIds = try body.strings("remove").map { try Data(idText: $0, "account") }
            if let name = try body.stringIfAny("name") { $0.name = name }
            if let description = try body.stringIfAny("description") { $0.description_p = description }
        }
        _ = try await gateway.backends.auth.changeGroup(asked, caller.call(context))
        for account in (asked.addIds + asked.removeIds).compactMap({ ID<Account>(bytes: $0) }) {
            gateway.authenticator.forget(account)
        }
        return Reply.json { $0.object { _ in } }
    }

    @Sendable private func delete(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let id = try Data(idText: try context.part("id"), "group")
        _ = try await gateway.backends.auth.deleteGroup(.with { $0.id = id }, caller.call(context))
        return Reply.json { $0.object { _ in } }
    }

    @Sendable private func invitations(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let workspace = try await places.workspace(try Query(request)["workspace"], caller.call(context))
        let open = try await gateway.backends.auth.listInvitations(
            .with { $0.workspaceID = workspace }, caller.call(context))
        return Reply.json { writer in
            writer.object { writer in
                writer.key("invitations")
                writer.array(open.invitations) { $0.invitation($1) }
            }
        }
    }

    /// The link is in this answer only. Whoever opens it first gets the role; `label` says for whom it is meant.
    @Sendable private func invite(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let body = try await RequestBytes.document(request, bytesMax: SessionRoutes.bodyBytesMax)
        let named = try (body.string("role"), body.string("workspace"), body.text("project"), body.text("label"))
        let call = caller.call(context)
        let grant = try await places.grant(named.0, workspace: named.1, project: named.2, call)
        let made = try await gateway.backends.auth.invite(.with { ($0.label, $0.grant) = (named.3, grant) }, call)
        let link = gateway.origin.base(of: request, context) + "/invite/" + made.token
        return Reply.json(status: .created) { writer in
            writer.object { writer in
                writer.key("invitation")
                writer.invitation(made.invitation)
                writer.member("link", link)
                writer.member("mailed", made.mailed)
            }
        }
    }

    @Sendable private func withdraw(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let id = try Data(idText: try context.part("id"), "invitation")
        let workspace = try await places.workspace(try Query(request)["workspace"], caller.call(context))
        _ = try await gateway.backends.auth.withdrawInvitation(
            .with { ($0.workspaceID, $0.id) = (workspace, id) }, caller.call(context))
        return Reply.json { $0.object { _ in } }
    }
}

extension JSONWriter {
    fileprivate mutating func invitation(_ invitation: InvitationRecord) {
        object { writer in
            writer.member("id", invitation.id.idText)
            writer.member("label", invitation.label)
            writer.member("role", Role(invitation.grant.role)?.rawValue ?? "")
            writer.member("invited_by", invitation.invitedBy)
            writer.time("created_ms", invitation.createdMs)
            writer.time("expires_ms", invitation.expiresMs)
        }
    }
}

import AuthClient
import Foundation
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// `/members`, `/roles` and `/denials` of a workspace, and `/access/explain`.
struct MemberRoutes: Sendable {
    let gateway: Gateway
    let visitors: Visitors
    var places: Places { Places(gateway: gateway) }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("members", use: list)
        routes.post("members", use: add)
        routes.put("members/:id", use: set)
        routes.delete("members/:id", use: remove)
        routes.get("roles", use: listRoles)
        routes.post("roles", use: createRole)
        routes.put("roles/:id", use: changeRole)
        routes.delete("roles/:id", use: deleteRole)
        routes.get("denials", use: listDenials)
        routes.put("denials/:id", use: deny)
        routes.get("access/explain", use: explain)
    }

    @Sendable private func list(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let call = caller.call(context)
        let workspace = try await places.workspace(try Query(request)["workspace"], call)
        let members = try await gateway.backends.auth.listMembers(.with { $0.workspaceID = workspace }, call).members
        let names = try await places.projectNames(members.map(\.grant.projectID).filter { !$0.isEmpty }, call)
        return Reply.json { writer in
            writer.object { writer in
                writer.key("members")
                writer.array(members) { $0.member($1, names) }
            }
        }
    }

    /// Somebody who has an account, by `name` or `email`.
    @Sendable private func add(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let body = try await RequestBytes.document(request, bytesMax: SessionRoutes.bodyBytesMax)
        let call = caller.call(context)
        let (name, email) = try (body.text("name"), body.text("email"))
        guard name.isEmpty != email.isEmpty else {
            throw Failure(.invalid, "Name the account by name or by email.", reason: "field_invalid")
        }
        let grant = try await grant(body, call)
        let found = try await gateway.backends.auth.findAccounts(.with { ($0.name, $0.email) = (name, email) }, call)
        guard let account = found.accounts.first else {
            throw Failure(
                .notFound, "There is no account of that \(name.isEmpty ? "address" : "name"). Invite them instead.",
                reason: "account_unknown")
        }
        try await set(grant, to: account.id, call)
        return Reply.json(status: .created) { $0.object { $0.member("id", account.id.idText) } }
    }

    @Sendable private func set(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let id = try Data(idText: try context.part("id"), "account")
        let body = try await RequestBytes.document(request, bytesMax: SessionRoutes.bodyBytesMax)
        try await set(grant(body, caller.call(context)), to: id, caller.call(context))
        return Reply.json { $0.object { _ in } }
    }

    private func grant(_ body: JSONFields, _ call: CallContext) async throws -> GrantClaim {
        let named = try (body.string("role"), body.string("workspace"), body.text("project"))
        return try await places.grant(named.0, workspace: named.1, project: named.2, call)
    }

    private func set(_ grant: GrantClaim, to id: Data, _ call: CallContext) async throws {
        _ = try await gateway.backends.auth.setGrant(.with { ($0.principalID, $0.grant) = (id, grant) }, call)
        if let account = ID<Account>(bytes: id) { gateway.authenticator.forget(account) }
    }

    /// Of the whole workspace, and then of its projects too, or of `?project=` alone.
    @Sendable private func remove(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let (call, query) = (caller.call(context), try Query(request))
        let id = try Data(idText: try context.part("id"), "account")
        let workspace = try await places.workspace(query["workspace"], call)
        let project = try await places.project(query["project"], of: query["workspace"], call)
        _ = try await gateway.backends.auth.removeGrant(
            .with { ($0.principalID, $0.workspaceID, $0.projectID) = (id, workspace, project) }, call)
        if let account = ID<Account>(bytes: id) { gateway.authenticator.forget(account) }
        return Reply.json { $0.object { _ in } }
    }
}

extension JSONWriter {
    fileprivate mutating func member(_ member: MemberRecord, _ projects: [Data: String]) {
        object { writer in
            writer.member("id", member.principalID.idText)
            writer.member("name", member.name)
            writer.member("email", member.email)
            writer.member("kind", member.kind.text)
            writer.member("role", member.roleText)
            if !member.provider.isEmpty { writer.member("provider", member.provider) }
            if !member.grant.projectID.isEmpty {
                writer.member("project", projects[member.grant.projectID] ?? member.grant.projectID.idText)
            }
            writer.time("since_ms", member.sinceMs)
        }
    }
}

extension AccessClaims.PrincipalKind {
    var text: String {
        switch self {
        case .serviceAccount: "serviceAccount"
        case .group: "group"
        default: "person"
        }
    }
}

extension MemberRecord {
    /// The role's name; of a workspace's own roles the one it gave.
    var roleText: String { grant.role == .roleCustom ? grant.customName : Role(grant.role)?.rawValue ?? "" }
}

import Foundation
import Model

struct Memberships: Sendable {
    let store: GrantStore

    /// With `custom`, the workspace's own role of that id: what the grant says of its actions does not count.
    func set(
        _ grant: Grant, custom: ID<CustomRole>? = nil, to account: ID<Account>, as access: Access
    ) async throws {
        guard (grant.role == .custom) == (custom != nil) else {
            throw Failure(.invalid, "A custom role is named by its id.", reason: "role_unknown")
        }
        let event = AuditEvent(
            AuditEvent.Actor(access), "grant.set", in: grant.scope.workspace, on: account.text,
            detail: Self.detail(grant.scope, role: grant.role))
        let isOwnBeginning = claims(grant, account, access)
        if !isOwnBeginning { _ = try access.require(.manageMembers, on: grant.scope) }
        try await store.set(grant, custom: custom, to: account, by: access.principal, telling: event) {
            situation throws(Failure) in
            guard isOwnBeginning else { return try situation.check(grant.role) }
            guard !situation.workspaceHasGrants else {
                throw Failure(.notFound, "There is no such workspace, or you may not see it.")
            }
        }
    }

    func remove(_ scope: Scope, from account: ID<Account>, as access: Access) async throws {
        _ = try access.require(.manageMembers, on: scope)
        let event = AuditEvent(
            AuditEvent.Actor(access), "grant.remove", in: scope.workspace, on: account.text, detail: Self.detail(scope))
        try await store.remove(scope, from: account, by: access.principal, telling: event) {
            situation throws(Failure) in try situation.check(nil)
        }
    }

    /// Members and their roles; addresses only for those who manage them.
    func list(in scope: Scope, as access: Access) async throws -> [Membership] {
        let seesAddresses = access.allows(.manageMembers, on: scope)
        if scope == .instance {
            _ = try access.require(.manageMembers, on: scope)
        } else {
            _ = try access.require(.read, on: scope)
        }
        let members = try await store.list(in: scope)
        return seesAddresses ? members : members.map(\.withoutAddress)
    }

    /// The first owner of a new workspace is whoever makes it: nobody could grant it to them.
    private func claims(_ grant: Grant, _ account: ID<Account>, _ access: Access) -> Bool {
        guard case .workspace = grant.scope, grant.role == .owner, account == access.principal else { return false }
        return !access.allows(.manageMembers, on: grant.scope) && access.allows(.createWorkspace, on: .instance)
    }

    private static func detail(_ scope: Scope, role: Role? = nil) -> [String: String] {
        var detail: [String: String] = [:]
        detail["role"] = role?.rawValue
        detail["project"] = scope.project?.text
        return detail
    }
}

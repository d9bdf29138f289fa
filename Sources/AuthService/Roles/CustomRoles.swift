import Foundation
import Model

/// Roles that a workspace makes for itself, and what is denied to somebody in it.
struct CustomRoles: Sendable {
    /// Of why something is denied, in code points.
    static let reasonMax = 500

    let roles: CustomRoleStore
    let denials: DenialStore

    /// A new role or, with an id, a change of one.
    func save(
        _ id: ID<CustomRole>?, name: String, actions: Set<Action>, in workspace: ID<Workspace>, as access: Access
    ) async throws -> ID<CustomRole> {
        _ = try access.require(.manageMembers, on: .workspace(workspace))
        try Name.check(name, "role's name")
        guard Role(rawValue: name.accountKey) == nil else {
            throw Failure(.conflict, "There is a role of that name everywhere.", reason: "role_exists")
        }
        guard !actions.isEmpty, actions.isSubset(of: Action.grantable) else {
            let names = Action.allCases.filter(Action.grantable.contains).map(\.rawValue).joined(separator: ", ")
            throw Failure(.invalid, "A role is made of some of these actions: \(names).", reason: "action_unknown")
        }
        let role = id ?? .fresh()
        let event = AuditEvent(
            AuditEvent.Actor(access), id == nil ? "role.create" : "role.change", in: workspace, on: role.text,
            detail: ["name": name, "actions": actions.map(\.rawValue).sorted().joined(separator: " ")])
        let isNew = id == nil
        guard
            try await roles.save(
                role, isNew: isNew, name: name, actions: actions, in: workspace, telling: event)
        else {
            throw isNew
                ? Failure(.exhausted, "A workspace has at most \(CustomRoleStore.countMax) roles of its own.")
                : Self.unknown
        }
        return role
    }

    func list(in workspace: ID<Workspace>, as access: Access) async throws -> [CustomRoleEntry] {
        _ = try access.require(.read, on: .workspace(workspace))
        return try await roles.list(in: workspace)
    }

    func delete(_ id: ID<CustomRole>, in workspace: ID<Workspace>, as access: Access) async throws {
        _ = try access.require(.manageMembers, on: .workspace(workspace))
        let event = AuditEvent(AuditEvent.Actor(access), "role.delete", in: workspace, on: id.text)
        guard try await roles.delete(id, in: workspace, telling: event) else { throw Self.unknown }
    }

    /// Takes actions from somebody in a workspace or project, in place of what was denied there before; no actions
    /// lift it. Nobody denies to who ranks above them, nor to themself. `reason` is told wherever it is asked why.
    func deny(_ denial: Denial, to account: ID<Account>, reason: String = "", as access: Access) async throws {
        guard let workspace = denial.scope.workspace else {
            throw Failure(.invalid, "Actions are denied in a workspace or project.", reason: "role_misplaced")
        }
        _ = try access.require(.manageMembers, on: denial.scope)
        guard account != access.principal else {
            throw Failure(.conflict, "Nobody denies something to themself.", reason: "own_account")
        }
        guard reason.unicodeScalars.count <= Self.reasonMax, reason.plain(Self.reasonMax) == reason else {
            throw Failure(
                .invalid, "A reason is one line of at most \(Self.reasonMax) characters.", reason: "reason_invalid")
        }
        var detail = ["actions": denial.actions.map(\.rawValue).sorted().joined(separator: " ")]
        detail["project"] = denial.scope.project?.text
        detail["reason"] = reason.isEmpty ? nil : reason
        let event = AuditEvent(
            AuditEvent.Actor(access), denial.actions.isEmpty ? "denial.lift" : "denial.set", in: workspace,
            on: account.text, detail: detail)
        try await denials.set(
            denial, reason: reason, to: account, in: workspace, by: access.principal, telling: event)
    }

    func denials(in workspace: ID<Workspace>, as access: Access) async throws -> [DenialEntry] {
        _ = try access.require(.manageMembers, on: .workspace(workspace))
        return try await denials.list(in: workspace)
    }

    private static let unknown = Failure(.notFound, "This workspace has no such role.", reason: "role_unknown")
}

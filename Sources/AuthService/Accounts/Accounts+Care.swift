import Foundation
import Model

/// Listing accounts, putting them out of use, and service accounts.
extension Accounts {
    static let pageMax = 500
    static let residentsMax = 500

    /// Everybody, page by page, for administrators of the instance; `next` is what the next page comes after.
    func people(
        after: String, text: String, limit: Int, as access: Access
    ) async throws -> (accounts: [AccountEntry], next: String) {
        _ = try access.require(.administerInstance, on: .instance)
        let count = limit > 0 ? min(limit, Self.pageMax) : 100
        let page = try await store.people(
            after: after.plain(200).accountKey, text: text.plain(200).accountKey, limit: count)
        return (page, page.count == count ? page.last?.name ?? "" : "")
    }

    /// The service accounts or groups of a workspace, for its members; of the instance, for its administrators.
    func residents(_ kind: Access.Kind, of home: ID<Workspace>?, as access: Access) async throws -> [AccountEntry] {
        _ = try access.require(home == nil ? .administerInstance : .read, on: home.map { .workspace($0) } ?? .instance)
        return try await store.residents(kind, of: home)
    }

    /// A service account or a group. It has no password and cannot sign in; what it may do, grants say.
    func create(_ draft: AccountEntry.Resident, as access: Access) async throws {
        try access.requireRecentProof()
        let (action, scope) = Self.care(of: draft.home)
        _ = try access.require(action, on: scope)
        let event = AuditEvent(
            AuditEvent.Actor(access), draft.kind == .group ? "group.create" : "service_account.create", in: draft.home,
            on: draft.id.text, detail: ["name": draft.name])
        try await store.insert(draft, most: Self.residentsMax, telling: event)
    }

    /// People are put out of use by administrators of the instance, service accounts by those who manage its members.
    /// Their sessions and keys end, and stay ended when the account is taken into use again.
    func setActive(_ isActive: Bool, _ id: ID<Account>, as access: Access) async throws {
        try access.requireRecentProof()
        let account = try await caredFor(id, access)
        guard account.kind != .group else { throw Self.unknown }
        guard id != access.principal else {
            throw Failure(.conflict, "Nobody puts their own account out of use.", reason: "own_account")
        }
        let event = AuditEvent(
            AuditEvent.Actor(access), isActive ? "account.reactivate" : "account.deactivate", in: account.home,
            on: id.text, detail: ["name": account.name])
        _ =
            try await isActive
            ? store.reactivate(id, telling: event) : store.deactivate(id, telling: event)
    }

    /// A one-time link for a person's new password. The password they have goes on until the link is used.
    func resetLink(for id: ID<Account>, as access: Access) async throws -> (OpaqueToken, Date) {
        try access.requireRecentProof()
        let account = try await caredFor(id, access)
        let token = OpaqueToken.fresh()
        let event = AuditEvent(
            AuditEvent.Actor(access), "password.reset_link", on: id.text, detail: ["name": account.name])
        guard account.kind == .person, try await store.insert(token, resetting: id, telling: event) else {
            throw Failure(.notFound, "There is no such person, or the account is out of use.")
        }
        return (token, Date().addingTimeInterval(Double(SetupToken.resetMinutes) * 60))
    }

    /// The account, if the caller may change it.
    func caredFor(_ id: ID<Account>, _ access: Access) async throws -> AccountEntry {
        try access.requireSession("Accounts are managed in a browser session, not by a key.")
        guard let account = try await store.find(id) else { throw Self.unknown }
        let (action, scope) = Self.care(of: account.home)
        guard access.allows(action, on: scope) else { throw Self.unknown }
        return account
    }

    private static func care(of home: ID<Workspace>?) -> (Action, Scope) {
        home.map { (.manageMembers, .workspace($0)) } ?? (.administerInstance, .instance)
    }

    private static let unknown = Failure(.notFound, "There is no such account, or you may not see it.")
}

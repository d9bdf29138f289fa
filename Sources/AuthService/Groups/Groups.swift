import Foundation
import Model

struct Groups: Sendable {
    static let changesMax = 1000

    let store: GroupStore
    let accounts: Accounts

    func create(name: String, description: String, home: ID<Workspace>?, as access: Access) async throws -> ID<Account>
    {
        let draft = try AccountEntry.Resident(.group, name: name, description: description, home: home)
        try await accounts.create(draft, as: access)
        return draft.id
    }

    /// What is `nil` stays as it is.
    func change(
        _ id: ID<Account>, name: String? = nil, description: String? = nil, adding: [ID<Account>] = [],
        removing: [ID<Account>] = [], as access: Access
    ) async throws {
        guard adding.count + removing.count <= Self.changesMax else {
            throw Failure(.invalid, "At most \(Self.changesMax) members are changed at once.")
        }
        let group = try await ownGroup(id, access)
        try await requireKnown(adding, group, access)
        var draft: AccountEntry.Resident?
        if name != nil || description != nil {
            draft = try AccountEntry.Resident(
                .group, name: name ?? group.name, description: description ?? group.description, home: group.home)
        }
        var detail = ["added": Self.list(adding), "removed": Self.list(removing)]
        detail["name"] = draft?.name
        let event = AuditEvent(
            AuditEvent.Actor(access), "group.change", in: group.home, on: id.text,
            detail: detail.filter { !$0.value.isEmpty })
        try await store.change(group, to: draft, adding: adding, removing: removing, telling: event)
    }

    func members(of id: ID<Account>, as access: Access) async throws -> [AccountEntry] {
        try await store.members(of: group(id, access).id)
    }

    /// What its members have by it, wherever that is: to who looks after the group.
    func roles(of id: ID<Account>, as access: Access) async throws -> [Grant] {
        try await store.roles(of: group(id, access).id)
    }

    func delete(_ id: ID<Account>, as access: Access) async throws {
        let group = try await ownGroup(id, access)
        let event = AuditEvent(
            AuditEvent.Actor(access), "group.delete", in: group.home, on: id.text, detail: ["name": group.name])
        try await store.delete(group, telling: event)
    }

    private func group(_ id: ID<Account>, _ access: Access) async throws -> AccountEntry {
        let found = try await accounts.caredFor(id, access)
        guard found.kind == .group else {
            throw Failure(.notFound, "There is no such account, or you may not see it.")
        }
        return found
    }

    /// One that is changed here: who is in a provider's groups, the provider says.
    private func ownGroup(_ id: ID<Account>, _ access: Access) async throws -> AccountEntry {
        let found = try await group(id, access)
        guard let provider = try await store.provider(of: id) else { return found }
        throw Failure(
            .conflict, "\(provider) keeps this group here; it is changed there. What it may do is for you to say.",
            reason: "group_provisioned")
    }

    /// Whoever is put into a workspace's group must be somebody whom the caller may know of.
    private func requireKnown(_ ids: [ID<Account>], _ group: AccountEntry, _ access: Access) async throws {
        guard group.home != nil, !ids.isEmpty else { return }
        let known = try await accounts.find(ids: ids, name: "", email: "", as: access).map(\.id)
        let residents = try await accounts.residents(.serviceAccount, of: group.home, as: access).map(\.id)
        guard Set(ids).isSubset(of: Set(known + residents)) else {
            throw Failure(.notFound, "One of these accounts is not there.", reason: "account_unknown")
        }
    }

    private static func list(_ ids: [ID<Account>]) -> String {
        ids.prefix(10).map(\.text).joined(separator: " ") + (ids.count > 10 ? " and \(ids.count - 10) more" : "")
    }
}

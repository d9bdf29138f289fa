import AuthClient
import Foundation
import Model

/// What owners do with their keys, and those who look after service accounts with theirs.
extension APIKeys {
    /// How long a replaced key works on, at most.
    static let graceMax: TimeInterval = 7 * 86_400

    /// A key of one's own or, with an owner, of a service account one looks after. A key never makes a key: whoever
    /// has found one could keep a second.
    func create(
        name: String, limits: Access.Limits, ranges: [String], expiresAt: Date?, for owner: ID<Account>?,
        as access: Access
    ) async throws -> (key: APIKey, secret: String) {
        try access.requireRecentProof()
        let account = try await keyholder(owner, as: access, reading: false)
        guard try await !store.isProvisioner(account.id) else {
            throw Failure(
                .conflict, "This account holds the SCIM tokens of a provider; they are made on the provider's page.",
                reason: "provisioner_account")
        }
        let draft = try APIKey.Draft(
            name: name, limits: limits, ranges: ranges, expiresAt: expiresAt, for: account.kind)
        let event = AuditEvent(
            AuditEvent.Actor(access), "key.create", in: account.home, on: draft.id.text, detail: detail(draft, account))
        let seal = try seal(draft, of: account.id, by: access.principal)
        guard try await store.insert(draft, seal, telling: event) else { throw Self.tooMany }
        return (draft.made, draft.handedOut(baseURL: baseURL))
    }

    /// A new key in the place of an old one, with the same name and limits; the old one works on for `grace` seconds.
    func replace(
        _ id: ID<Credential>, grace: TimeInterval, expiresAt: Date?, as access: Access
    ) async throws -> (key: APIKey, secret: String) {
        try access.requireRecentProof()
        guard (0...Self.graceMax).contains(grace) else {
            throw Failure(.invalid, "A replaced key works on for at most 7 days.", reason: "grace_invalid")
        }
        let (old, account) = try await owned(id, as: access, reading: false)
        let draft = try APIKey.Draft(
            name: old.name, limits: old.limits, ranges: old.ranges, expiresAt: expiresAt, for: account.kind,
            purpose: old.kind == .provisioning ? .provisioning : nil)
        let event = AuditEvent(
            AuditEvent.Actor(access), "key.replace", in: account.home, on: id.text,
            detail: detail(draft, account).merging(["by": draft.id.text, "graceSeconds": "\(Int(grace))"]) { _, new in
                new
            })
        let seal = try seal(draft, of: account.id, by: access.principal)
        let end = Date().addingTimeInterval(grace)
        guard try await store.replace(id, until: end, by: draft, seal, telling: event) else {
            throw Failure(
                .conflict, "This key is no longer alive, was replaced already, or there are too many keys.",
                reason: "key_not_replaceable")
        }
        return (draft.made, draft.handedOut(baseURL: baseURL))
    }

    /// A key with limits on what it may do does not list its siblings.
    func list(of owner: ID<Account>? = nil, as access: Access) async throws -> [APIKey] {
        guard access.bySession || (access.limits.actions.isEmpty && owner == nil) else {
            throw Failure(.forbidden, "This key may not list keys.", reason: "session_required")
        }
        return try await store.list(of: keyholder(owner, as: access, reading: true).id)
    }

    /// Ends one of the caller's own keys, or of a service account they look after; an administrator of the instance
    /// ends any. A key may end itself: whoever finds it leaked can make it harmless.
    func revoke(_ id: ID<Credential>, as access: Access) async throws {
        guard access.bySession || access.credential == id else {
            throw Failure(.forbidden, "A key revokes only itself.", reason: "session_required")
        }
        let (key, account) = try await owned(id, as: access, reading: true)
        let event = AuditEvent(
            AuditEvent.Actor(access), "key.revoke", in: account.home, on: id.text,
            detail: ["owner": account.id.text, "name": key.name])
        _ = try await store.revoke(id, of: account.id, telling: event)
    }

    /// Ends all keys of somebody at once; how many there were.
    func revokeAll(of owner: ID<Account>?, as access: Access) async throws -> Int {
        try access.requireSession("Keys are revoked in a browser session.")
        let account = try await keyholder(owner, as: access, reading: true)
        let event = AuditEvent(
            AuditEvent.Actor(access), "key.revoke", in: account.home, on: account.id.text,
            detail: ["owner": account.id.text, "which": "all"])
        return try await store.revoke(nil, of: account.id, telling: event)
    }

    private func owned(
        _ id: ID<Credential>, as access: Access, reading: Bool
    ) async throws -> (APIKey, AccountEntry) {
        let none = Failure(.notFound, "You have no such key.")
        guard let found = try await store.key(id) else { throw none }
        let owner = found.owner == access.principal ? nil : found.owner
        do {
            return (found.key, try await keyholder(owner, as: access, reading: reading))
        } catch let failure as Failure where failure.code == .notFound {
            throw none
        }
    }

    /// The account whose keys are meant, if the caller may see to them. Administrators of the instance see and end
    /// everybody's keys, and make none of others.
    private func keyholder(
        _ owner: ID<Account>?, as access: Access, reading: Bool
    ) async throws -> AccountEntry {
        let none = Failure(.notFound, "There is no such account, or you may not see its keys.")
        guard let account = try await accounts.find(owner ?? access.principal) else { throw none }
        if account.id == access.principal { return account }
        let administers = reading && account.kind != .group && access.allows(.administerInstance, on: .instance)
        guard access.looksAfter(account) || administers else { throw none }
        return account
    }

    private func detail(_ draft: APIKey.Draft, _ owner: AccountEntry) -> [String: String] {
        ["name": draft.name, "key": draft.text.kind.tag + draft.text.id, "owner": owner.id.text]
    }

    private static let tooMany = Failure(
        .exhausted, "There are \(APIKey.countMax) keys already. Revoke some first.", reason: "too_many_keys")
}

extension Access {
    /// Service accounts are seen to by whoever manages the members of their home.
    func looksAfter(_ account: AccountEntry) -> Bool {
        guard account.kind == .serviceAccount else { return false }
        guard let home = account.home else { return allows(.administerInstance, on: .instance) }
        return allows(.manageMembers, on: .workspace(home))
    }
}

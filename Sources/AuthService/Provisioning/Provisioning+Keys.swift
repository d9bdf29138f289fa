import AuthClient
import Foundation
import Model

/// The keys of a provider, which belong to a service account of its own. For administrators of the instance.
extension Provisioning {
    struct Standing: Sendable {
        let keys: [APIKey]
        /// That the provider keeps here.
        let people: Int
        let groups: Int
    }

    func createKey(
        of id: ID<Provider>, name: String, ranges: [String], expiresAt: Date?, as access: Access
    ) async throws -> (key: APIKey, secret: String) {
        let permit = try access.require(.administerInstance, on: .instance)
        try access.requireRecentProof()
        let provider = try await provider(id)
        let draft = try APIKey.Draft(
            name: name, limits: Access.Limits(), ranges: ranges, expiresAt: expiresAt, for: .serviceAccount,
            purpose: .provisioning)
        let owner = try await store.provisioner(of: provider, by: permit)
        let event = AuditEvent(
            AuditEvent.Actor(access), "key.create", on: draft.id.text,
            detail: [
                "name": draft.name, "key": draft.text.kind.tag + draft.text.id, "owner": owner.text,
                "provider": provider.label, "provider_id": provider.id.text,
            ])
        let seal = try keys.seal(draft, of: owner, by: access.principal)
        guard try await keys.store.insert(draft, seal, telling: event) else {
            throw Failure(
                .exhausted, "There are \(APIKey.countMax) tokens already, or their account is out of use.",
                reason: "too_many_keys")
        }
        return (draft.made, draft.handedOut(baseURL: keys.baseURL))
    }

    func standing(of id: ID<Provider>, as access: Access) async throws -> Standing {
        _ = try access.require(.administerInstance, on: .instance)
        let provider = try await provider(id)
        let count = try await store.count(of: provider.id)
        guard let owner = try await store.provisioner(of: provider.id) else {
            return Standing(keys: [], people: count.people, groups: count.groups)
        }
        return Standing(keys: try await keys.store.list(of: owner), people: count.people, groups: count.groups)
    }

    /// The one before works on for `grace` seconds.
    func replaceKey(
        _ key: ID<Credential>, of id: ID<Provider>, grace: TimeInterval, expiresAt: Date?, as access: Access
    ) async throws -> (key: APIKey, secret: String) {
        try await requireKey(key, of: id, as: access)
        return try await keys.replace(key, grace: grace, expiresAt: expiresAt, as: access)
    }

    func revokeKey(_ key: ID<Credential>, of id: ID<Provider>, as access: Access) async throws {
        try await requireKey(key, of: id, as: access)
        try await keys.revoke(key, as: access)
    }

    private func requireKey(_ key: ID<Credential>, of id: ID<Provider>, as access: Access) async throws {
        _ = try access.require(.administerInstance, on: .instance)
        let provider = try await provider(id)
        let owner = try await store.provisioner(of: provider.id)
        guard let owner, let found = try await keys.store.key(key), found.owner == owner else {
            throw Failure(.notFound, "This provider has no such token.", reason: "key_unknown")
        }
    }

    private func provider(_ id: ID<Provider>) async throws -> Provider {
        guard let kept = try await providers.find(id) else { throw Providers.unknown }
        return kept.provider
    }
}

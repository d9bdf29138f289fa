import AuthClient
import Foundation
import Model

/// What a provider does with the people and groups that it keeps here, by a key of provisioning. It reaches what its
/// provider keeps; all else is not there.
struct Provisioning: Sendable {
    let store: ProvisioningStore
    let providers: ProviderStore
    let keys: APIKeys

    func people(
        _ terms: [Provisioned.Person.Term], _ page: Provisioned.Page, as access: Access
    ) async throws -> (people: [Provisioned.Person], total: Int) {
        try await store.people(of: try await provider(access).id, terms, page)
    }

    /// `version` `nil`: whatever version there is.
    func save(
        _ draft: Provisioned.Person.Draft, of id: ID<Account>?, version: Int64?, as access: Access
    ) async throws -> Provisioned.Person {
        let provider = try await provider(access)
        let saved =
            if let id {
                try await store.update(draft, of: id, version: version, provider, AuditEvent.Actor(access))
            } else {
                try await store.insert(draft, provider, AuditEvent.Actor(access))
            }
        let found = try await store.people(of: provider.id, [.init(.id, saved.text)], .init(start: 0, count: 1))
        guard let person = found.people.first else { throw Self.unknown }
        return person
    }

    /// The account stays, out of use: what it has done is still somebody's.
    func delete(_ id: ID<Account>, version: Int64?, as access: Access) async throws {
        try await store.delete(id, version: version, try await provider(access), AuditEvent.Actor(access))
    }

    func groups(
        _ terms: [Provisioned.Group.Term], _ page: Provisioned.Page, members: ProvisioningStore.Members,
        as access: Access
    ) async throws -> (groups: [Provisioned.Group], total: Int) {
        try await store.groups(of: try await provider(access).id, terms, page, members: members)
    }

    func save(
        _ draft: Provisioned.Group.Draft, of id: ID<Account>?, version: Int64?, as access: Access
    ) async throws -> Provisioned.Group {
        let provider = try await provider(access)
        let saved = try await store.save(draft, of: id, version: version, provider, AuditEvent.Actor(access))
        let found = try await store.groups(
            of: provider.id, [.init(.id, saved.text)], .init(start: 0, count: 1), members: .read)
        guard let group = found.groups.first else { throw Self.unknown }
        return group
    }

    func delete(group id: ID<Account>, version: Int64?, as access: Access) async throws {
        try await store.delete(group: id, version: version, try await provider(access), AuditEvent.Actor(access))
    }

    /// Whose key that is: looked up each time, so that one that is revoked does nothing more.
    private func provider(_ access: Access) async throws -> Provider {
        guard access.kind == .provisioner, let id = try await store.provider(of: access),
            let kept = try await providers.find(id)
        else { throw Access.provisioningKeyRequired }
        guard kept.provider.isEnabled else {
            throw Failure(
                .forbidden, "\(kept.provider.label) is switched off here. An administrator can enable it.",
                reason: "provider_disabled")
        }
        return kept.provider
    }

    static let unknown = Failure(.notFound, "There is no such resource.", reason: "resource_unknown")
}

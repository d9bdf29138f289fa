import Foundation
import Model
import Postgres

@testable import AuthService

extension AuthHouse {
    /// What a token of the provider opens.
    func provisioner(of provider: Provider, by admin: Admin) async throws -> Access {
        let made = try await service.provisioning.createKey(
            of: provider.id, name: "scim", ranges: [], expiresAt: nil, as: admin.access)
        return try await access(key: made.secret)
    }

    /// Somebody whom the provider makes.
    func provisioned(
        _ name: String, subject: String = "", mail: String = "", as access: Access
    ) async throws -> Provisioned.Person {
        try await service.provisioning.save(
            try .sample(name, subject: subject, mail: mail), of: nil, version: nil, as: access)
    }

    func group(_ name: String, _ members: ID<Account>..., as access: Access) async throws -> Provisioned.Group {
        try await service.provisioning.save(
            try .init(name: name, externalID: "", members: Set(members.map(\.uuid))), of: nil, version: nil, as: access)
    }

    /// Whoever the provider says `subject` is, and their key: accounts without a password make keys in a session.
    func key(of subject: String, at provider: Provider) async throws -> String {
        let session = try await arrive(try .sample(subject, of: provider), of: provider)
        return try await key(of: session)
    }

    /// As if they had followed a link that was sent there.
    func confirmAddress(of account: ID<Account>) async throws {
        try await owner.run(
            "UPDATE auth.accounts SET email_confirmed_at = now() WHERE id = \(account.uuid)", for: .none)
    }

    func everybody(_ access: Access) async throws -> [Provisioned.Person] {
        try await service.provisioning.people([], .init(start: 0, count: 100), as: access).people
    }
}

extension Provisioned.Person.Draft {
    static func sample(
        _ name: String, subject: String = "", mail: String = "", active: Bool = true, shown: String = ""
    ) throws -> Self {
        try Self(
            userName: name, externalID: subject, isActive: active,
            profile: .init(
                displayName: shown, formatted: "", familyName: "", givenName: "",
                emails: mail.isEmpty ? [] : [.init(value: mail, type: "work", primary: true)]))
    }
}

extension AuditSearch {
    /// All that this key or session did.
    static func of(_ access: Access) -> AuditSearch {
        var search = AuditSearch()
        search.credential = access.credential
        return search
    }
}

import AuthClient
import Foundation
import Model
import Sealing

struct APIKeys: Sendable {
    let store: APIKeyStore
    let accounts: AccountStore
    let peppers: Peppers
    let mint: AccessMint
    let lastUse: LastUse
    let baseURL: String

    /// Whose key it is, as sealed access. That a key is known but dead is told only to who has its secret.
    func authenticate(_ presented: String, address: String, client: String) async throws -> [UInt8] {
        guard let key = KeyText(presented: presented), let lock = try await known(key, from: address) else {
            throw Self.unknown
        }
        switch lock.state {
        case .alive: break
        case .expired: throw Failure(.unauthenticated, "This key has expired.", reason: "key_expired")
        case .unused:
            throw Failure(
                .unauthenticated, "This key was not used for a year, and no longer opens anything. Make a new one.",
                reason: "key_unused")
        case .revoked: throw Failure(.unauthenticated, "This key was revoked.", reason: "key_revoked")
        case .deactivated:
            throw Failure(.unauthenticated, "This key's account is out of use.", reason: "account_deactivated")
        case .elsewhere:
            throw Failure(.unauthenticated, "This key does not work from \(address).", reason: "key_elsewhere")
        }
        lastUse.mark(lock.id, address: address, client: client)
        let principal = key.kind == .provisioning ? lock.principal.provisioner : lock.principal
        return try mint.seal(principal, limits: lock.limits, credential: lock.id, bySession: false)
    }

    /// What is kept of a key, dead or alive; `nil` when nobody has it, or its secret is another.
    func known(_ key: KeyText, from address: String = "") async throws -> APIKey.Lock? {
        let lock = try await store.find(key.id, from: address)
        let digest = peppers.digest(of: key.secret, version: lock?.pepperVersion ?? peppers.version)
        let matches = constantTimeEqual(digest ?? [], lock?.digest ?? Self.nobodys)
        guard matches, let lock, lock.kind == key.kind.rawValue else { return nil }
        return lock
    }

    /// What goes into the row of a key that `creator` makes for `owner`.
    func seal(_ draft: APIKey.Draft, of owner: ID<Account>, by creator: ID<Account>, under trust: ID<Trust>? = nil)
        throws
        -> APIKeyStore.Seal
    {
        guard let digest = peppers.digest(of: draft.text.secret, version: peppers.version) else {
            throw Failure(.bug, "No key can be made.", detail: "no pepper of the current version")
        }
        return APIKeyStore.Seal(
            digest: digest, pepperVersion: peppers.version, owner: owner, creator: creator, trust: trust)
    }

    private static let nobodys = [UInt8](repeating: 0, count: SHA256.byteCount)
    private static let unknown = Failure(.unauthenticated, "This key is not known.", reason: "key_unknown")
}

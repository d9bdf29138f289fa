import AuthClient
import Foundation
import Model
import Sealing

struct APIKeys: Sendable {
    let store: APIKeyStore
    let peppers: Peppers
    let mint: AccessMint
    let lastUse: LastUse
    let baseURL: String

    /// Whose key it is, as sealed access. That a key is known but dead is told only to who has its secret.
    func authenticate(_ presented: String, address: String, client: String) async throws -> [UInt8] {
        guard let key = KeyText(presented: presented) else { throw Self.unknown }
        let lock = try await store.find(key.id)
        let digest = peppers.digest(of: key.secret, version: lock?.pepperVersion ?? peppers.version)
        let matches = constantTimeEqual(digest ?? [], lock?.digest ?? Self.nobodys)
        guard matches, let lock else { throw Self.unknown }
        switch lock.state {
        case .alive: break
        case .expired: throw Failure(.unauthenticated, "This key has expired.", reason: "key_expired")
        case .revoked: throw Failure(.unauthenticated, "This key was revoked.", reason: "key_revoked")
        }
        lastUse.mark(lock.id, address: address, client: client)
        return try mint.seal(lock.principal, limits: lock.limits, credential: lock.id, bySession: false)
    }

    /// A key of the caller's own. A key never makes a key: whoever has found one could keep a second.
    func create(_ draft: APIKey.Draft, as access: Access) async throws -> String {
        try access.requireRecentProof()
        let event = AuditEvent(
            AuditEvent.Actor(access), "key.create", on: draft.id.text,
            detail: ["name": draft.name, "key": KeyText.tag + draft.text.id])
        let made = try await store.insert(
            draft, digest: digest(of: draft), pepperVersion: peppers.version, for: access.principal, telling: event)
        guard made else {
            throw Failure(
                .exhausted, "You have \(APIKey.countMax) keys. Revoke some first.", reason: "too_many_keys")
        }
        return draft.handedOut(baseURL: baseURL)
    }

    /// The caller's own keys. A key with limits on what it may do does not list its siblings.
    func list(as access: Access) async throws -> [APIKey] {
        guard access.bySession || access.limits.actions.isEmpty else {
            throw Failure(.forbidden, "This key may not list keys.", reason: "session_required")
        }
        return try await store.list(of: access.principal)
    }

    /// Ends one of the caller's own keys; an administrator of the instance ends any. A key may end itself: whoever
    /// finds it leaked can make it harmless.
    func revoke(_ id: ID<Credential>, as access: Access) async throws {
        guard access.bySession || access.credential == id else {
            throw Failure(.forbidden, "A key revokes only itself.", reason: "session_required")
        }
        let owner = try await store.owner(of: id)
        guard let owner, owner == access.principal || access.allows(.administerInstance, on: .instance) else {
            throw Failure(.notFound, "You have no such key.")
        }
        let event = AuditEvent(
            AuditEvent.Actor(access), "key.revoke", on: id.text, detail: ["owner": owner.text])
        try await store.revoke(id, telling: event)
    }

    func digest(of draft: APIKey.Draft) throws -> [UInt8] {
        guard let digest = peppers.digest(of: draft.text.secret, version: peppers.version) else {
            throw Failure(.bug, "No key can be made.", detail: "no pepper of the current version")
        }
        return digest
    }

    private static let nobodys = [UInt8](repeating: 0, count: SHA256.byteCount)
    private static let unknown = Failure(.unauthenticated, "This key is not known.", reason: "key_unknown")
}

import AuthClient
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct APIKeyHandler: Sendable {
    let keys: APIKeys

    func authenticate(_ q: AuthenticateKeyRequest, _ call: Call) async throws -> AuthenticateResponse {
        let access = try await keys.authenticate(q.key, address: q.address, client: q.client)
        return AuthenticateResponse.with { $0.access = Data(access) }
    }

    func create(_ q: CreateKeyRequest, _ call: Call) async throws -> CreateKeyResponse {
        let access = try call.requireAccess()
        let draft = try APIKey.Draft(
            name: q.name, limits: try Access.Limits(claim: q.limits), expiresAt: Date(wire: q.expiresMs))
        let secret = try await keys.create(draft, as: access)
        let made = APIKey(
            id: draft.id, name: draft.name, hint: KeyText.hint(id: draft.text.id, lastFour: draft.text.lastFour),
            limits: draft.limits, createdAt: Date(), expiresAt: draft.expiresAt, lastUsedAt: nil, lastAddress: "",
            lastClient: "", revokedAt: nil)
        return CreateKeyResponse.with {
            $0.key = KeyRecord(made)
            $0.secret = secret
        }
    }

    func list(_ q: ListKeysRequest, _ call: Call) async throws -> ListKeysResponse {
        let keys = try await keys.list(as: call.requireAccess())
        return ListKeysResponse.with { $0.keys = keys.map(KeyRecord.init) }
    }

    func revoke(_ q: RevokeKeyRequest, _ call: Call) async throws -> Empty {
        try await keys.revoke(try ID(wire: q.id, "key"), as: call.requireAccess())
        return Empty()
    }
}

extension KeyRecord {
    fileprivate init(_ key: APIKey) {
        self.init()
        id = key.id.wire
        name = key.name
        hint = key.hint
        if key.limits != Access.Limits() { limits = key.limits.claim }
        createdMs = key.createdAt.wire
        expiresMs = key.expiresAt.wire
        lastUsedMs = key.lastUsedAt.wire
        lastAddress = key.lastAddress
        lastClient = key.lastClient
        revokedMs = key.revokedAt.wire
    }
}

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
        let made = try await keys.create(
            name: q.name, limits: try Access.Limits(claim: q.limits), ranges: q.addressRanges,
            expiresAt: Date(wire: q.expiresMs), for: try ID.optional(q.ownerID, "account"), as: call.requireAccess())
        return CreateKeyResponse(made.key, made.secret)
    }

    func replace(_ q: ReplaceKeyRequest, _ call: Call) async throws -> CreateKeyResponse {
        let made = try await keys.replace(
            try ID(wire: q.id, "key"), grace: Double(q.graceMs) / 1000, expiresAt: Date(wire: q.expiresMs),
            as: call.requireAccess())
        return CreateKeyResponse(made.key, made.secret)
    }

    func list(_ q: ListKeysRequest, _ call: Call) async throws -> ListKeysResponse {
        let keys = try await keys.list(of: try ID.optional(q.ownerID, "account"), as: call.requireAccess())
        return ListKeysResponse.with { $0.keys = keys.map(KeyRecord.init) }
    }

    func revoke(_ q: RevokeKeyRequest, _ call: Call) async throws -> Empty {
        try await keys.revoke(try ID(wire: q.id, "key"), as: call.requireAccess())
        return Empty()
    }

    func revokeAll(_ q: RevokeAllKeysRequest, _ call: Call) async throws -> RevokeAllKeysResponse {
        let count = try await keys.revokeAll(of: try ID.optional(q.ownerID, "account"), as: call.requireAccess())
        return RevokeAllKeysResponse.with { $0.count = UInt32(count) }
    }
}

extension CreateKeyResponse {
    init(_ key: APIKey, _ secret: String) {
        self.init()
        self.key = KeyRecord(key)
        self.secret = secret
    }
}

extension KeyRecord {
    init(_ key: APIKey) {
        self.init()
        id = key.id.wire
        name = key.name
        hint = key.hint
        kind = key.kind.rawValue
        addressRanges = key.ranges
        replacedBy = key.replacedBy?.wire ?? Data()
        if key.limits != Access.Limits() { limits = key.limits.claim }
        createdMs = key.createdAt.wire
        expiresMs = key.expiresAt.wire
        lastUsedMs = key.lastUsedAt.wire
        lastAddress = key.lastAddress
        lastClient = key.lastClient
        revokedMs = key.revokedAt.wire
    }
}

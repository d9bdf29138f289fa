import AuthClient
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// The keys of provisioning, for administrators of the instance.
struct ProvisioningKeyHandler: Sendable {
    let provisioning: Provisioning

    func create(_ q: CreateProvisioningKeyRequest, _ call: Call) async throws -> CreateKeyResponse {
        let made = try await provisioning.createKey(
            of: try ID(wire: q.providerID, "provider"), name: q.name, ranges: q.addressRanges,
            expiresAt: Date(wire: q.expiresMs), as: call.requireAccess())
        return CreateKeyResponse(made.key, made.secret)
    }

    func list(_ q: ListProvisioningKeysRequest, _ call: Call) async throws -> ListProvisioningKeysResponse {
        let standing = try await provisioning.standing(
            of: try ID(wire: q.providerID, "provider"), as: call.requireAccess())
        return ListProvisioningKeysResponse.with {
            $0.keys = standing.keys.map(KeyRecord.init)
            ($0.users, $0.groups) = (UInt32(clamping: standing.people), UInt32(clamping: standing.groups))
        }
    }

    func replace(_ q: ReplaceProvisioningKeyRequest, _ call: Call) async throws -> CreateKeyResponse {
        let made = try await provisioning.replaceKey(
            try ID(wire: q.id, "key"), of: try ID(wire: q.providerID, "provider"), grace: Double(q.graceMs) / 1000,
            expiresAt: Date(wire: q.expiresMs), as: call.requireAccess())
        return CreateKeyResponse(made.key, made.secret)
    }

    func revoke(_ q: RevokeProvisioningKeyRequest, _ call: Call) async throws -> Empty {
        try await provisioning.revokeKey(
            try ID(wire: q.id, "key"), of: try ID(wire: q.providerID, "provider"), as: call.requireAccess())
        return Empty()
    }
}

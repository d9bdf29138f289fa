import AuthClient
import Foundation
import Model
import Sealing
import SwiftProtobuf
import WireMessages

/// Turns a proven principal into what every service believes.
struct AccessMint: Sendable {
    /// Longer than the gateway may go on without auth (60 s), by more than clocks differ.
    static let life: TimeInterval = 75

    let key: Ed25519.PrivateKey

    /// A serialized `SealedAccess`. A key has nothing of what its owner may for a while: whoever has entered a
    /// workspace is there in person.
    func seal(
        _ principal: Principal, limits: Access.Limits = Access.Limits(), credential: ID<Credential>, bySession: Bool,
        assurance: Assurance = Assurance(), life: TimeInterval = Self.life
    ) throws -> [UInt8] {
        let now = Date()
        let access = Access(
            kind: principal.kind, principal: principal.id, name: principal.name,
            grants: bySession ? principal.grants : principal.grants.filter { $0.until == nil },
            denials: principal.denials, limits: limits, credential: credential, bySession: bySession,
            assurance: assurance, expiresAt: now.addingTimeInterval(life))
        let claims: [UInt8] = try access.claims(issuedAt: now).serializedBytes()
        let signature = try key.sign(claims)
        let sealed = SealedAccess.with {
            $0.claims = Data(claims)
            $0.signature = Data(signature)
        }
        return try sealed.serializedBytes()
    }
}

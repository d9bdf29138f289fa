import AuthClient
import Foundation
public import Model
public import Sealing
import SwiftProtobuf
import Synchronization
import WireMessages

/// Turns the sealed access of a request into `Access`: only what auth has signed, and only while it is valid.
///
/// The same bytes come with thousands of requests, so those that were found good are remembered, by the bytes
/// themselves, until they expire: a repeat costs a look-up and a comparison, not a signature.
public final class AccessVerifier: Sendable {
    /// Remembered at once; beyond that the oldest half is forgotten.
    public static let rememberedMax = 4096
    /// By how much this machine's clock may be behind auth's.
    static let skew: TimeInterval = 60

    private struct Known {
        let sealed: [UInt8]
        let access: Access
    }

    private let publicKey: Ed25519.PublicKey
    private let now: @Sendable () -> Date
    /// By the last eight bytes: the end of a signature is as good as random.
    private let known = Mutex<[UInt64: Known]>([:])

    public convenience init(publicKey: Ed25519.PublicKey) {
        self.init(publicKey: publicKey, now: { Date() })
    }

    init(publicKey: Ed25519.PublicKey, now: @escaping @Sendable () -> Date) {
        self.publicKey = publicKey
        self.now = now
    }

    /// Throws `.unauthenticated`, with the reason `access_expired` when it was valid once.
    public func verify(_ sealed: [UInt8]) throws(Failure) -> Access {
        let now = now()
        guard sealed.count > Ed25519.signatureBytes else { throw Self.invalid("short") }
        let key = sealed.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: sealed.count - 8, as: UInt64.self) }
        let remembered = known.withLock { $0[key] }
        if let remembered, remembered.sealed == sealed {
            guard remembered.access.expiresAt > now else {
                known.withLock { _ = $0.removeValue(forKey: key) }
                throw Self.expired
            }
            return remembered.access
        }
        let access = try open(sealed, at: now)
        remember(Known(sealed: sealed, access: access), as: key, at: now)
        return access
    }

    private func open(_ sealed: [UInt8], at now: Date) throws(Failure) -> Access {
        guard let envelope = try? SealedAccess(serializedBytes: sealed) else { throw Self.invalid("form") }
        guard publicKey.isSignature(Array(envelope.signature), of: Array(envelope.claims)) else {
            throw Self.invalid("signature")
        }
        guard let claims = try? AccessClaims(serializedBytes: envelope.claims) else { throw Self.invalid("claims") }
        guard Double(claims.issuedMs) / 1000 < now.timeIntervalSince1970 + Self.skew else {
            throw Self.invalid("issued in the future")
        }
        let access = try Access(claims: claims)
        guard access.expiresAt > now else { throw Self.expired }
        return access
    }

    private func remember(_ new: Known, as key: UInt64, at now: Date) {
        known.withLock { known in
            if known.count >= Self.rememberedMax {
                known = known.filter { $0.value.access.expiresAt > now }
                let excess = known.count - Self.rememberedMax / 2
                if excess > 0 {
                    let oldest = known.sorted { $0.value.access.expiresAt < $1.value.access.expiresAt }.prefix(excess)
                    for (key, _) in oldest { known.removeValue(forKey: key) }
                }
            }
            known[key] = new
        }
    }

    private static let expired = Failure(.unauthenticated, "Prove again who you are.", reason: "access_expired")

    private static func invalid(_ detail: String) -> Failure {
        Failure(.unauthenticated, "Who you are could not be proven.", reason: "access_invalid", detail: detail)
    }
}

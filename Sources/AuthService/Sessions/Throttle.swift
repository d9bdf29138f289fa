import Foundation
import Model
import Sealing

/// Buckets of tries, each refilled within a quarter of an hour.
struct Throttle: Sendable {
    static let window: Duration = .seconds(900)

    struct Bucket: Sendable {
        let key: [UInt8]
        let burst: Double
    }

    let store: ThrottleStore

    /// Takes one attempt before anything is checked, so that many at once do not slip through.
    /// Throws `.exhausted` when there is none.
    func take(_ buckets: [Bucket]) async throws {
        guard try await store.take(buckets) == buckets.count else {
            throw Self.refusal(seconds: try await store.wait(for: buckets) ?? 1)
        }
    }

    static func refusal(seconds: Double) -> Failure {
        let seconds = max(1, Int(seconds.rounded(.up)))
        let wait = seconds < 120 ? "\(seconds) s" : "\((seconds + 59) / 60) minutes"
        return Failure(
            .exhausted, "Too many sign-ins have failed. Try again in \(wait).", reason: "sign_in_throttled",
            retryAfter: .seconds(seconds))
    }

    /// The /24 of an IPv4 address, the /48 of an IPv6 one.
    static func network(_ address: String) -> String {
        address.contains(":")
            ? address.split(separator: ":", omittingEmptySubsequences: false).prefix(3).joined(separator: ":")
            : address.split(separator: ".").prefix(3).joined(separator: ".")
    }
}

extension Throttle {
    /// Tries of strangers, of whatever names.
    static func signIns(from address: String) -> Bucket {
        Bucket(key: SHA256.digest(of: "sign-in\n\n\(network(address))".utf8), burst: 100)
    }

    /// Tries in a browser that an account knows.
    static func browser(_ id: UUID) -> Bucket {
        Bucket(key: SHA256.digest(of: "browser\n\(id.uuidString)".utf8), burst: 10)
    }

    /// Passwords that are asked for again in one session.
    static func proofs(in session: ID<Credential>) -> Bucket {
        Bucket(key: SHA256.digest(of: "proof\n\(session.text)".utf8), burst: 10)
    }
}

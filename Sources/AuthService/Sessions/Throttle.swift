import Foundation
import Model
import Sealing

/// How many sign-ins may be tried: 10 for one name from one address and 100 from one address, both refilled within
/// a quarter of an hour. A stranger elsewhere cannot lock anybody out: the first bucket is of name *and* address.
struct Throttle: Sendable {
    static let window: Duration = .seconds(900)

    struct Bucket: Sendable {
        let key: [UInt8]
        let burst: Double
    }

    let store: ThrottleStore

    /// Which buckets an attempt is taken from. Digests: a name typed into the wrong field may be a password.
    static func buckets(name: String, address: String) -> [Bucket] {
        let both = SHA256.digest(of: "sign-in\n\(name.accountKey)\n\(address)".utf8)
        let place = SHA256.digest(of: "sign-in\n\n\(network(address))".utf8)
        return [Bucket(key: both, burst: 10), Bucket(key: place, burst: 100)]
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }

    /// Takes one attempt before anything is checked, so that many at once do not slip through.
    /// Throws `.exhausted` when there is none.
    func take(_ buckets: [Bucket]) async throws {
        guard try await store.take(buckets) == buckets.count else {
            throw Failure(
                .exhausted, "Too many sign-ins have failed. Wait a few minutes.", reason: "sign_in_throttled",
                retryAfter: .seconds(90))
        }
    }

    /// The /24 of an IPv4 address, the /48 of an IPv6 one.
    static func network(_ address: String) -> String {
        address.contains(":")
            ? address.split(separator: ":", omittingEmptySubsequences: false).prefix(3).joined(separator: ":")
            : address.split(separator: ".").prefix(3).joined(separator: ".")
    }
}

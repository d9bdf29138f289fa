import Foundation
import Model

/// A bucket that fills at `rate` tokens a second up to `burst`; a request takes one.
struct RateBucket: Sendable {
    /// Asked for at once.
    static let asksMax = 1000
    private static let keyBytesMax = 64

    let key: [UInt8]
    let rate: Double
    let burst: Double
    let wanted: Double

    struct Grant: Sendable, Equatable {
        let granted: Double
        let left: Double
    }

    /// Throws `.invalid` for what is no bucket, or one that an hour does not fill: it would be swept away before.
    init(key: [UInt8], rate: Double, burst: Double, wanted: Double) throws(Failure) {
        guard !key.isEmpty, key.count <= Self.keyBytesMax, rate > 0, burst >= 1, rate.isFinite, burst.isFinite,
            burst <= rate * 3600, wanted >= 0, wanted.isFinite
        else { throw Failure(.invalid, "That is no bucket of requests.", reason: "bucket_invalid") }
        (self.key, self.rate, self.burst, self.wanted) = (key, rate, burst, min(wanted, burst))
    }
}

/// What gateways take in advance. All of them share what is in the database, whose clock alone counts.
struct RateBuckets: Sendable {
    let store: RateBucketStore

    /// As many tokens of each as there are and are wanted, in the order of the buckets.
    /// Throws `.forbidden` for anybody but a gateway.
    func take(_ buckets: [RateBucket], from peer: String) async throws -> [RateBucket.Grant] {
        guard peer == "gateway" else { throw Failure(.forbidden, "Only a gateway counts requests.") }
        let found = try await store.take(buckets)
        return buckets.map { found[$0.key] ?? RateBucket.Grant(granted: 0, left: 0) }
    }
}

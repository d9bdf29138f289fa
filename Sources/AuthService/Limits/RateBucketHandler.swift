import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct RateBucketHandler: Sendable {
    let buckets: RateBuckets

    func take(_ q: TakeTokensRequest, _ call: Call) async throws -> TakeTokensResponse {
        guard q.asks.count <= RateBucket.asksMax else {
            throw Failure(.invalid, "At most \(RateBucket.asksMax) buckets can be asked for at once.")
        }
        let asked = try q.asks.map { ask throws(Failure) in
            try RateBucket(key: Array(ask.bucket), rate: ask.rate, burst: ask.burst, wanted: ask.wanted)
        }
        let grants = try await buckets.take(asked, from: call.peer)
        return TakeTokensResponse.with {
            $0.grants = grants.map { grant in .with { ($0.granted, $0.left) = (grant.granted, grant.left) } }
        }
    }
}

import SwiftProtobuf
import TrackingClient
import Wire
import WireMessages

extension Gateway {
    /// Before a streamed body begins: after that a refusal could only break it off. Throws what reading throws.
    func checkReadable(_ key: String, _ call: CallContext) async throws {
        _ = try await backends.tracking.get(.with { $0.key = key }, call)
    }

    /// Pieces of console output in order; with `tail` the last `limit` ones.
    func outputLines(
        _ key: String, from: Int64, limit: UInt32, tail: Bool, _ call: CallContext
    ) async throws -> [OutputLine] {
        let request = ReadOutputRequest.with {
            $0.key = key
            $0.fromOffset = from
            $0.limit = limit
            $0.tail = tail
        }
        return try await backends.tracking.readOutput(request, call) { blocks in
            var lines: [OutputLine] = []
            for try await block in blocks { lines += block.lines }
            return lines
        }
    }
}

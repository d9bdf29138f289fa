import Foundation
import Model
import Wire
import WireMessages

/// APPEND_OUTPUT, READ_OUTPUT.
struct ConsoleHandler: Sendable {
    /// Text in one message of the stream.
    static let messageBytes = 128 * 1024

    let console: Console

    func register(in methods: inout Methods) {
        methods.unary(TrackingMethod.appendOutput, .access, append)
        methods.download(TrackingMethod.readOutput, .access, read)
    }

    func append(_ q: AppendOutputRequest, _ call: Call) async throws -> Empty {
        let now = Date().milliseconds
        var lines: [ConsoleLine] = []
        lines.reserveCapacity(q.lines.count)
        for line in q.lines {
            lines += try ConsoleLine.pieces(
                offset: line.offset, isError: line.stderr, text: line.text, time: line.timeMs == 0 ? now : line.timeMs,
                context: line.context)
        }
        try await console.append(lines, to: q.key, as: call.requireAccess())
        return Empty()
    }

    func read(_ q: ReadOutputRequest, _ outgoing: Outgoing<Empty>, _ call: Call) async throws {
        let place = try await console.locator.locate(q.key, .read, as: call.requireAccess()).place
        if q.tail {
            let lines = try await console.tail(place, count: Int(q.limit))
            try outgoing.begin(Empty())
            return try await send(lines, outgoing)
        }
        try outgoing.begin(Empty())
        try await console.read(place, from: q.fromOffset, limit: q.limit == 0 ? .max : Int(q.limit)) { lines in
            try await send(lines, outgoing)
        }
    }

    private func send(_ lines: [ConsoleLine], _ outgoing: Outgoing<Empty>) async throws {
        var (block, bytes) = (OutputBlock(), 0)
        for line in lines {
            block.lines.append(OutputLine(line))
            bytes += line.text.utf8.count + 32
            guard bytes >= Self.messageBytes else { continue }
            try await outgoing.send(message: block)
            (block, bytes) = (OutputBlock(), 0)
        }
        if !block.lines.isEmpty { try await outgoing.send(message: block) }
    }
}

extension OutputLine {
    init(_ line: ConsoleLine) {
        self.init()
        (offset, stderr, text, timeMs, context) = (line.offset, line.isError, line.text, line.time, line.context)
    }
}

import HTTPTypes
import Hummingbird
import Model

/// The one range of a file that a request asks for (RFC 9110 §14.2). Several ranges, other units and stale `If-Range`
/// conditions give the whole file, as the RFC allows.
struct ByteRange: Sendable, Equatable {
    let from: Int64
    let length: Int64
    let isPart: Bool

    init(from: Int64, length: Int64, isPart: Bool) {
        (self.from, self.length, self.isPart) = (from, length, isPart)
    }

    /// Throws `.invalid` (416) for a range behind the end.
    init(_ request: Request, tag: String, size: Int64) throws(Failure) {
        let condition = request.headers[.ifRange]
        let header = condition == nil || condition == tag ? request.headers[.range] : nil
        self = try Self.parse(header, size: size)
    }

    static func parse(_ header: String?, size: Int64) throws(Failure) -> ByteRange {
        let whole = ByteRange(from: 0, length: size, isPart: false)
        guard let header, header.hasPrefix("bytes="), !header.contains(",") else { return whole }
        let bounds = header.dropFirst(6).split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        guard bounds.count == 2 else { return whole }
        func number(_ text: Substring) -> Int64? {
            text.utf8.allSatisfy { (0x30...0x39).contains($0) } ? Int64(text) : nil
        }
        switch (bounds[0].isEmpty, bounds[1].isEmpty) {
        case (true, true): return whole
        case (true, false):
            guard let last = number(bounds[1]) else { return whole }
            guard last > 0, size > 0 else { throw unsatisfiable }
            let length = min(last, size)
            return ByteRange(from: size - length, length: length, isPart: true)
        case (false, _):
            guard let first = number(bounds[0]) else { return whole }
            let last = bounds[1].isEmpty ? size - 1 : number(bounds[1])
            guard let last, bounds[1].isEmpty || last >= first else { return whole }
            guard first < size else { throw unsatisfiable }
            return ByteRange(from: first, length: min(last, size - 1) - first + 1, isPart: true)
        }
    }

    private static let unsatisfiable = Failure(
        .invalid, "The range begins behind the end of the file.", reason: "range_invalid")
}

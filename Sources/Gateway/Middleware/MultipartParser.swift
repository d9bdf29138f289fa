import Glibc
import Model
import NIOCore

/// `multipart/form-data` (RFC 7578) as it arrives, without I/O: bytes in, events out. It keeps no more than the bytes
/// that may be the beginning of a delimiter, and the headers of one part.
struct MultipartParser: ~Copyable {
    struct Head: Sendable, Equatable {
        var name = ""
        /// `nil`: not a file.
        var fileName: String?
        var contentType = ""
    }

    enum Event: Equatable {
        case part(Head)
        case bytes(ByteBuffer)
        case partEnd
        case end
        case needsMore
    }

    private enum State {
        case preamble, afterDelimiter, headers, body, epilogue
    }

    static let headerBytesMax = 16 * 1024
    static let partsMax = 64
    /// RFC 2046 §5.1.1.
    private static let boundaryBytesMax = 70

    private let delimiter: [UInt8]
    private var buffer = ByteBuffer(bytes: [0x0d, 0x0a])  // as if a line had ended before the first delimiter
    private var state = State.preamble
    private var parts = 0

    /// Throws `.invalid` for a content type that is no `multipart/form-data` with a boundary.
    init(contentType: String?) throws(Failure) {
        let parameters = HeaderParameters(contentType ?? "")
        guard parameters.value.lowercased() == "multipart/form-data", let boundary = parameters["boundary"],
            (1...Self.boundaryBytesMax).contains(boundary.utf8.count)
        else { throw Self.broken("The body must be multipart/form-data with a boundary.") }
        delimiter = Array("\r\n--\(boundary)".utf8)
    }

    mutating func receive(_ bytes: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            var bytes = bytes
            buffer.discardReadBytes()
            buffer.writeBuffer(&bytes)
        }
    }

    /// What comes next in the bytes received so far.
    mutating func next() throws(Failure) -> Event {
        while true {
            switch state {
            case .preamble:
                guard skipToDelimiter() else { return .needsMore }
                state = .afterDelimiter
            case .afterDelimiter:
                guard try startPart() else { return .needsMore }
            case .headers:
                guard let head = try readHead() else { return .needsMore }
                state = .body
                return .part(head)
            case .body:
                return body()
            case .epilogue:
                buffer.clear()
                return .end
            }
        }
    }

    var isEnded: Bool { state == .epilogue }

    static func broken(_ message: String) -> Failure {
        Failure(.invalid, message, reason: "multipart_malformed")
    }
}

extension MultipartParser {
    private static let blankLine = Array("\r\n\r\n".utf8)

    /// `needle` begins with a carriage return, which `memchr` looks for sixty-four bytes at a time.
    private static func offset(of needle: [UInt8], in bytes: UnsafeRawBufferPointer) -> Int? {
        guard let start = bytes.baseAddress else { return nil }
        var from = 0
        while bytes.count - from >= needle.count {
            guard let hit = memchr(start + from, Int32(needle[0]), bytes.count - from - needle.count + 1) else {
                return nil
            }
            from = UnsafeRawPointer(hit) - start
            if memcmp(start + from, needle, needle.count) == 0 { return from }
            from += 1
        }
        return nil
    }

    private enum Found {
        case at(Int)
        /// This many bytes are certainly no part of a delimiter.
        case none(safe: Int)
    }

    private func find() -> Found {
        buffer.withUnsafeReadableBytes { bytes in
            guard bytes.count >= delimiter.count else { return .none(safe: 0) }
            guard let offset = Self.offset(of: delimiter, in: bytes) else {
                return .none(safe: bytes.count - delimiter.count + 1)
            }
            return .at(offset)
        }
    }

    private mutating func skipToDelimiter() -> Bool {
        switch find() {
        case .at(let offset):
            buffer.moveReaderIndex(forwardBy: offset + delimiter.count)
            return true
        case .none(let safe):
            buffer.moveReaderIndex(forwardBy: safe)
            return false
        }
    }

    /// Behind a delimiter: `--` ends the body; spaces and a line end begin a part.
    private mutating func startPart() throws(Failure) -> Bool {
        guard buffer.readableBytes >= 2 else { return false }
        if buffer.readableBytesView.starts(with: "--".utf8) {
            state = .epilogue
            return true
        }
        while let byte: UInt8 = buffer.getInteger(at: buffer.readerIndex), byte == 0x20 || byte == 0x09 {
            buffer.moveReaderIndex(forwardBy: 1)
        }
        guard buffer.readableBytes >= 2 else { return false }
        guard buffer.readableBytesView.starts(with: "\r\n".utf8) else {
            throw Self.broken("Something else than a line end follows a boundary.")
        }
        parts += 1
        guard parts <= Self.partsMax else { throw Self.broken("The body has more than \(Self.partsMax) parts.") }
        state = .headers
        return true
    }

    /// The buffer begins with the line end behind the delimiter, so that no headers at all look like any others.
    private mutating func readHead() throws(Failure) -> Head? {
        let end = buffer.withUnsafeReadableBytes { Self.offset(of: Self.blankLine, in: $0) }
        guard (end ?? buffer.readableBytes) <= Self.headerBytesMax else {
            throw Self.broken("The headers of a part are larger than \(Self.headerBytesMax) bytes.")
        }
        guard let end, let text = buffer.readString(length: end) else { return nil }
        buffer.moveReaderIndex(forwardBy: 4)
        return Self.head(text)
    }

    private mutating func body() -> Event {
        switch find() {
        case .at(0):
            buffer.moveReaderIndex(forwardBy: delimiter.count)
            state = .afterDelimiter
            return .partEnd
        case .at(let offset):
            return buffer.readSlice(length: offset).map(Event.bytes) ?? .needsMore
        case .none(0):
            return .needsMore
        case .none(let safe):
            return buffer.readSlice(length: safe).map(Event.bytes) ?? .needsMore
        }
    }

    private static func head(_ text: String) -> Head {
        var head = Head()
        for line in text.split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = HeaderParameters(line[line.index(after: colon)...])
            switch line[..<colon].lowercased() {
            case "content-disposition":
                head.name = value["name"] ?? ""
                head.fileName = value["filename"]
            case "content-type": head.contentType = value.value
            default: break
            }
        }
        return head
    }
}

/// A header's value and its parameters: `form-data; name="file"; filename="a \"b\".txt"`.
struct HeaderParameters {
    let value: String
    private var parameters: [String: String] = [:]

    init(_ text: some StringProtocol) {
        var rest = Substring(text)
        value = Self.trim(Self.take(&rest, until: ";"))
        while !rest.isEmpty {
            rest = rest.dropFirst()
            let name = Self.trim(Self.take(&rest, until: "=")).lowercased()
            rest = rest.dropFirst().drop { $0 == " " }
            let value = rest.first == "\"" ? Self.quoted(&rest) : Self.trim(Self.take(&rest, until: ";"))
            if !name.isEmpty, parameters[name] == nil { parameters[name] = value }
            _ = Self.take(&rest, until: ";")
        }
    }

    subscript(name: String) -> String? { parameters[name] }

    private static func take(_ rest: inout Substring, until end: Character) -> Substring {
        let taken = rest.prefix { $0 != end }
        rest = rest[taken.endIndex...]
        return taken
    }

    private static func quoted(_ rest: inout Substring) -> String {
        var text = ""
        rest = rest.dropFirst()
        while let character = rest.popFirst(), character != "\"" {
            text.append(character == "\\" ? rest.popFirst() ?? character : character)
        }
        return text
    }

    private static func trim(_ text: Substring) -> String {
        String(text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
    }
}

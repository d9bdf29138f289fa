import Model
import NIOCore
import TestKit
import Testing

@testable import Gateway

@Suite struct MultipartParserTests {
    private static let type = "multipart/form-data; boundary=XyZ"

    private struct Part: Equatable {
        var head: MultipartParser.Head
        var bytes: [UInt8]
    }

    /// The parts of a body that comes in these pieces.
    private func parse(_ pieces: [[UInt8]], type: String = type) throws -> [Part] {
        var parser = try MultipartParser(contentType: type)
        var parts: [Part] = []
        var pieces = pieces[...]
        while true {
            switch try parser.next() {
            case .part(let head): parts.append(Part(head: head, bytes: []))
            case .bytes(let bytes): parts[parts.count - 1].bytes += Array(buffer: bytes)
            case .partEnd: continue
            case .end: return parts
            case .needsMore:
                guard let piece = pieces.popFirst() else { throw MultipartParser.broken("ends early") }
                parser.receive(ByteBuffer(bytes: piece))
            }
        }
    }

    private static let body = Array(
        """
        --XyZ\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n\r\nab\r\n--Xy\rcd\r\n\r
        --XyZ  \r\ncontent-disposition: form-data; name=metadata\r\nContent-Type: application/json\r\n\r\n{"a":1}\r
        --XyZ\r\nContent-Disposition: form-data; name="empty"\r\n\r\n\r\n--XyZ--\r\nepilogue
        """.utf8)

    private static let parts = [
        Part(head: .init(name: "file", fileName: "file"), bytes: Array("ab\r\n--Xy\rcd\r\n".utf8)),
        Part(head: .init(name: "metadata", contentType: "application/json"), bytes: Array(#"{"a":1}"#.utf8)),
        Part(head: .init(name: "empty"), bytes: []),
    ]

    @Test func `a body has the same parts, however it is split in two`() throws {
        for place in 0...Self.body.count {
            #expect(
                try parse([Array(Self.body[..<place]), Array(Self.body[place...])]) == Self.parts, "split at \(place)")
        }
    }

    @Test func `a body has the same parts byte by byte`() throws {
        #expect(try parse(Self.body.map { [$0] }) == Self.parts)
    }

    @Test func `a body has the same parts in three pieces`() throws {
        for first in stride(from: 0, to: Self.body.count, by: 7) {
            for second in stride(from: first, to: Self.body.count, by: 5) {
                let pieces = [Self.body[..<first], Self.body[first..<second], Self.body[second...]].map { Array($0) }
                #expect(try parse(pieces) == Self.parts)
            }
        }
    }

    @Test func `a body that is cut anywhere before its end is no body`() {
        let end = Self.body.count - "\r\nepilogue".utf8.count
        for place in 0..<end { #expect(throws: Failure.self) { try parse([Array(Self.body[..<place])]) } }
    }

    @Test func `a preamble is skipped`() throws {
        #expect(try parse([Array("hello\r\n".utf8) + Self.body]) == Self.parts)
    }

    @Test func `random bytes travel whole in random pieces`() throws {
        var random = SeededRandom(seed: 8)
        for _ in 0..<200 {
            let alphabet: [UInt8] = [0x0d, 0x0a, 0x2d, 0x58, 0x79, 0x5a, 0x00]
            let content = (0..<Int.random(in: 0...400, using: &random)).map { _ in
                alphabet[Int.random(in: 0..<7, using: &random)]
            }
            guard !contains(content, Array("\r\n--XyZ".utf8)) else { continue }
            var rest = Array("--XyZ\r\nA: b\r\n\r\n".utf8) + content + Array("\r\n--XyZ--".utf8)
            var pieces: [[UInt8]] = []
            while !rest.isEmpty {
                let count = Int.random(in: 1...min(40, rest.count), using: &random)
                pieces.append(Array(rest[..<count]))
                rest.removeFirst(count)
            }
            #expect(try parse(pieces).map(\.bytes) == [content])
        }
    }

    @Test func `what is kept of a part is bounded`() throws {
        var parser = try MultipartParser(contentType: Self.type)
        parser.receive(ByteBuffer(string: "--XyZ\r\nA: "))
        #expect(try parser.next() == .needsMore)
        parser.receive(ByteBuffer(repeating: 0x61, count: MultipartParser.headerBytesMax))
        #expect(throws: Failure.self) { _ = try parser.next() }
        let many = Array(String(repeating: "--XyZ\r\n\r\n\r\n", count: MultipartParser.partsMax + 1).utf8)
        #expect(throws: Failure.self) { try parse([many + Array("--XyZ--".utf8)]) }
    }

    @Test(arguments: [
        nil, "", "application/json", "multipart/form-data", "multipart/form-data; boundary=",
        "multipart/mixed; boundary=a",
    ])
    func `another content type is refused`(type: String?) {
        #expect(throws: Failure.self) { _ = try MultipartParser(contentType: type) }
    }

    @Test func `something behind a boundary is refused`() {
        #expect(throws: Failure.self) { try parse([Array("--XyZZ\r\n\r\n--XyZ--".utf8)]) }
    }

    @Test func `parameters are read with and without quotes`() {
        let header = HeaderParameters(#" form-data ; name="a \"q\"; b" ;filename=x.txt; Name=second"#)
        #expect(header.value == "form-data")
        #expect(header["name"] == #"a "q"; b"#)
        #expect(header["filename"] == "x.txt")
        #expect(header["other"] == nil)
    }

    private func contains(_ bytes: [UInt8], _ needle: [UInt8]) -> Bool {
        guard bytes.count >= needle.count else { return false }
        return (0...bytes.count - needle.count).contains { Array(bytes[$0..<$0 + needle.count]) == needle }
    }
}

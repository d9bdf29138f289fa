import Foundation
import HTTPTypes
import Hummingbird
import Model
import NIOCore
import SwiftProtobuf
import Testing
import WireMessages

@testable import Gateway

@Suite struct ContentTests {
    /// Turns each bit over, and knows what it made by a mark at the end.
    private let seal = ContentSeal(
        seal: { $0.map { ~$0 } + [7, 7, 7, 7] },
        open: { sealed in
            guard sealed.suffix(4) == [7, 7, 7, 7] else { throw Failure(.invalid, "not sealed here") }
            return sealed.dropLast(4).map { ~$0 }
        })

    private func ticket(_ thing: ContentTicket.Thing, seconds: TimeInterval = 60) -> ContentTicket {
        ContentTicket(
            thing: thing, experiment: "0123456789abcdef0123456789abcdef", site: "http://halley.example:8080",
            access: Array("signed".utf8), expiresAt: Date(timeIntervalSince1970: 1_800_000_000 + seconds))
    }

    @Test(arguments: [ContentTicket.Thing.html, .asset(id: "a/b ü")])
    func `a ticket says what it was made for, until it is over`(thing: ContentTicket.Thing) throws {
        let made = ticket(thing)
        let text = try made.text(sealedBy: seal)
        #expect(text.utf8.allSatisfy { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "+") && $0 != UInt8(ascii: "=") })
        let begin = Date(timeIntervalSince1970: 1_800_000_000)
        #expect(try ContentTicket(text, openedBy: seal, now: begin) == made)
        #expect(try ContentTicket(text, openedBy: seal, now: begin + 59.9) == made)
        #expect(throws: Failure.self) { try ContentTicket(text, openedBy: seal, now: begin + 60) }
    }

    @Test(arguments: ["", "!", "AAAA", String(repeating: "A", count: 4000)])
    func `what was not sealed here opens nothing`(text: String) {
        let failure = #expect(throws: Failure.self) { try ContentTicket(text, openedBy: seal) }
        #expect(failure?.code == .notFound)
    }

    @Test func `a ticket cut short opens nothing`() throws {
        let whole = try seal.open(
            try #require(Data(base64Encoded: padded(try ticket(.html).text(sealedBy: seal)))).map { $0 })
        for length in 0..<whole.count {
            let cut = Data(try seal.seal(Array(whole.prefix(length)))).base64EncodedString()
            #expect(throws: Failure.self) {
                try ContentTicket(cut, openedBy: seal, now: Date(timeIntervalSince1970: 1_800_000_000))
            }
        }
    }

    private func padded(_ text: String) -> String {
        text.replacing("-", with: "+").replacing("_", with: "/")
            + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    }

    @Test func `roles that fit no address are told, not cut`() {
        let large = ContentTicket(
            thing: .html, experiment: "k", site: "s", access: [UInt8](repeating: 1, count: 30_000), expiresAt: .now)
        #expect(throws: Failure.self) { try large.text(sealedBy: seal) }
    }

    private func origin(_ host: String, _ base: String, _ contentBase: String, port: Int? = 8081) -> String? {
        let config = GatewayConfig(
            contentListen: port.map { GatewayConfig.Listen(host: "127.0.0.1", port: $0) }, baseURL: base,
            contentBaseURL: contentBase)
        let head = HTTPRequest(method: .get, scheme: "http", authority: host, path: "/")
        return Origin(config: config).content(of: Request(head: head, body: .init(buffer: ByteBuffer())))
    }

    @Test func `the other origin is the port above, or what was said, or none`() {
        #expect(origin("halley.lan:8080", "", "") == "http://halley.lan:8081")
        #expect(origin("halley.lan", "", "") == "http://halley.lan:8081")
        #expect(origin("[::1]:8080", "", "") == "http://[::1]:8081")
        #expect(origin("[::1]", "", "") == "http://[::1]:8081")
        #expect(origin("evil/@halley.lan", "", "") == nil)
        #expect(origin("x", "https://halley.example", "") == nil, "behind a proxy nobody knows it")
        #expect(origin("x", "https://halley.example", "https://other.example/") == "https://other.example")
        #expect(origin("halley.lan:8080", "", "", port: nil) == nil)
    }

    @Test func `only HTML and SVG are shown there`() {
        func kind(_ type: String, _ name: String, remote: Bool = false) -> ContentFields.Kind? {
            ContentFields.Kind(
                .with {
                    ($0.contentType, $0.remote) = (type, remote)
                    $0.asset.fileName = name
                })
        }
        let unknown = "application/octet-stream"
        #expect(kind(unknown, "a/report.HTML") == .html)
        #expect(kind(unknown, "report.htm") == .html)
        #expect(kind("image/svg+xml", "figure") == .svg)
        #expect(kind(unknown, "model.bin") == nil)
        #expect(kind("text/plain", "page.html") == nil)
        #expect(kind("image/png", "page.html") == nil)
        #expect(kind(unknown, "page.html", remote: true) == nil)
    }

    @Test func `both stand under a sandbox without an origin, and only this site frames them`() {
        for kind in [ContentFields.Kind.html, .svg] {
            let fields = ContentFields.fields(kind, site: "http://h:1")
            let policy = fields[.contentSecurityPolicy] ?? ""
            let rules = policy.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces) }
            #expect(rules.contains("default-src 'none'") && rules.contains("connect-src 'none'"))
            #expect(rules.contains("frame-ancestors http://h:1") && rules.contains("form-action 'none'"))
            #expect(
                !policy.contains("allow-same-origin") && !policy.contains("allow-top") && !policy.contains("'self'"))
            #expect(rules.contains(kind == .html ? "sandbox allow-scripts" : "sandbox"))
            #expect(policy.contains("script-src") == (kind == .html))
            #expect(fields[.xContentTypeOptions] == "nosniff" && fields[.cacheControl] == "private, no-store")
        }
    }
}

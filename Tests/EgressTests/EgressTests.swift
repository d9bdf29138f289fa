import Foundation
import Testing

@testable import Egress

@Suite struct EgressTests {
    private static func outcome(_ text: String, _ egress: Egress, bytesMax: Int = 1000, seconds: Double = 10) async
        -> String
    {
        do throws(EgressError) {
            let answer = try await egress.send(.init(try EgressURL(text), bytesMax: bytesMax, secondsMax: seconds))
            return "\(answer.status) \(String(decoding: answer.body, as: UTF8.self))"
        } catch {
            return "\(error)"
        }
    }

    /// Each is another way to say this machine, or a neighbour whom nobody has allowed.
    @Test func `what is not allowed is never connected to`() async throws {
        try await Listener.with { listener in
            let egress = Egress()
            let port = listener.port
            for host in [
                "127.0.0.1", "localhost", "localhost.", "LOCALHOST", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "[::]",
            ] {
                #expect(await Self.outcome("https://\(host):\(port)/", egress) == "forbidden", "\(host)")
                #expect(await Self.outcome("https://\(host)/", egress) == "forbidden", "\(host)")
            }
            #expect(await Self.outcome("http://example.org/", egress) == "plain")
            #expect(await Self.outcome("https://example.org:22/", egress) == "forbidden")
            #expect(listener.connections == 0)
        }
    }

    @Test func `an allowed place is that place alone`() async throws {
        try await Listener.with { open in
            try await Listener.with { shut in
                let egress = Egress(rules: try EgressRules("127.0.0.1:\(open.port)"))
                #expect(await Self.outcome("http://127.0.0.1:\(open.port)/", egress) == "200 hello")
                #expect(await Self.outcome("http://127.0.0.1:\(shut.port)/", egress) == "forbidden")
                #expect(await Self.outcome("http://localhost:\(open.port)/", egress) == "forbidden")
                let byName = Egress(rules: try EgressRules("localhost:\(open.port)"))
                #expect(await Self.outcome("http://localhost:\(open.port)/", byName) == "200 hello")
                #expect(shut.connections == 0)
            }
        }
    }

    /// A range opens addresses, not ports and not plain text.
    @Test func `an allowed range opens addresses alone`() async throws {
        try await Listener.with { listener in
            let egress = Egress(rules: try EgressRules("127.0.0.0/8"))
            #expect(await Self.outcome("https://127.0.0.1:\(listener.port)/", egress) == "forbidden")
            #expect(await Self.outcome("http://127.0.0.1:80/", egress) == "plain")
            #expect(listener.connections == 0)
            #expect(await Self.outcome("https://127.0.0.1:8443/", egress) == "unreachable")
        }
    }

    @Test func `redirects are answers`() async throws {
        try await Listener.with(.redirect) { listener in
            let egress = Egress(rules: try EgressRules("127.0.0.1:\(listener.port)"))
            #expect(await Self.outcome("http://127.0.0.1:\(listener.port)/", egress) == "302 ")
            #expect(listener.connections == 1)
        }
    }

    @Test func `an endless answer ends at its bound`() async throws {
        try await Listener.with(.endless) { listener in
            let egress = Egress(rules: try EgressRules("127.0.0.1:\(listener.port)"))
            #expect(await Self.outcome("http://127.0.0.1:\(listener.port)/", egress, bytesMax: 65_536) == "tooLarge")
        }
    }

    @Test func `endless headers end too`() async throws {
        try await Listener.with(.headers) { listener in
            let egress = Egress(rules: try EgressRules("127.0.0.1:\(listener.port)"))
            #expect(await Self.outcome("http://127.0.0.1:\(listener.port)/", egress) == "tooLarge")
        }
    }

    @Test func `a silent peer is left in time`() async throws {
        try await Listener.with(.silent) { listener in
            let egress = Egress(rules: try EgressRules("127.0.0.1:\(listener.port)"))
            let began = ContinuousClock.now
            let outcome = await Self.outcome("http://127.0.0.1:\(listener.port)/", egress, seconds: 0.5)
            #expect(outcome == "timedOut")
            #expect(ContinuousClock.now - began < .seconds(5))
        }
    }

    /// The environment's proxy would see who is asked, and could answer for them.
    @Test func `no proxy comes between`() async throws {
        try await Listener.with { proxy in
            try await Listener.with { listener in
                setenv("http_proxy", "http://127.0.0.1:\(proxy.port)", 1)
                defer { unsetenv("http_proxy") }
                let egress = Egress(rules: try EgressRules("127.0.0.1:\(listener.port)"))
                #expect(await Self.outcome("http://127.0.0.1:\(listener.port)/", egress) == "200 hello")
                #expect(proxy.connections == 0)
            }
        }
    }

    @Test func `a header of two lines is none`() async throws {
        try await Listener.with { listener in
            let egress = Egress(rules: try EgressRules("127.0.0.1:\(listener.port)"))
            let url = try EgressURL("http://127.0.0.1:\(listener.port)/")
            await #expect(throws: EgressError.malformed) {
                try await egress.send(.init(url, headers: ["A: b\r\nHost: elsewhere"]))
            }
            #expect(listener.connections == 0)
        }
    }

    @Test func `a slip in the setting is told`() {
        for text in ["example.org", "10.0.0.1/8", "https://example.org:443", "example.org:x", "a b:80", "*:80"] {
            #expect(throws: EgressError.malformed, "\(text)") { try EgressRules(text) }
        }
        #expect(throws: Never.self) { try EgressRules("10.0.0.0/8, idp.internal:8443,[::1]:9000,") }
    }
}

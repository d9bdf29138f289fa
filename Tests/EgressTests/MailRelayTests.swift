import Foundation
import Testing

@testable import Egress

@Suite struct MailRelayTests {
    private func relay(_ port: Int, seconds: Double = 1) -> MailRelay {
        MailRelay(
            .init(
                host: "127.0.0.1", port: port, encryption: .startTLS, greeting: "lab.example", user: "halley",
                password: "canary"), secondsMax: seconds)
    }

    private func problem(_ relay: MailRelay, to: String = "ada@example.org") async -> MailRelayError? {
        do throws(MailRelayError) {
            try await relay.send(
                .init(from: "halley@lab.example", to: to, bytes: Array("Subject: x\r\n\r\nx\r\n".utf8)))
            return nil
        } catch {
            return error
        }
    }

    @Test func `a relay that says nothing is given its time and no more, and is tried again`() async throws {
        try await Listener.with(.silent) { listener in
            let began = ContinuousClock.now
            let found = await problem(relay(listener.port))
            #expect(found?.isForGood == false && listener.connections == 1)
            #expect(ContinuousClock.now - began < .seconds(5))
        }
    }

    @Test func `closing ends what is under way`() async throws {
        try await Listener.with(.silent) { listener in
            let (relay, began) = (relay(listener.port, seconds: 20), ContinuousClock.now)
            async let found = problem(relay)
            while listener.connections == 0 { await Task.yield() }
            relay.close()
            #expect(await found?.isForGood == false)
            #expect(ContinuousClock.now - began < .seconds(8))
        }
    }

    @Test func `where nobody listens a mail waits`() async {
        let found = await problem(relay(9))
        #expect(found == MailRelayError("127.0.0.1:9 cannot be reached."))
    }

    @Test(arguments: [
        "ada@example.org>\r\nRCPT TO:<eve@evil.example", "ada@example.org> SIZE=1", "", "adä@example.org",
    ])
    func `what could end an argument never reaches the relay`(_ to: String) async throws {
        try await Listener.with(.silent) { listener in
            #expect(await problem(relay(listener.port), to: to)?.isForGood == true)
            #expect(listener.connections == 0)
        }
    }

    @Test func `settings do not show the password`() {
        let settings = relay(25).settings
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!"\(settings) \(String(reflecting: settings)) \(dumped)".contains("canary"))
    }
}

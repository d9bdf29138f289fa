import AuthClient
import Foundation
import Model
import Synchronization
import Testing

@testable import AuthService

@Suite struct ExposureTests {
    @Test func `the owner of a key that was logged hears of it, once in an hour`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.confirmed("ada", by: admin)
            let eve = try await house.person("eve", by: admin)
            let key = try #require(KeyText(presented: try await house.key(of: ada)))
            _ = try await house.mails()
            let clock = Mutex(ContinuousClock.now)
            let (keys, audit) = (house.service.keys, house.service.audit.store)
            let exposures = Exposures(keys: keys, audit: audit) { clock.withLock { $0 } }
            // Eve's script holds Ada's key, twice, and one that nobody has.
            let found = [key, KeyText.fresh(), key].map {
                Exposure(key: $0, actor: AuditEvent.Actor(eve), what: "POST /x")
            }
            try await exposures.record(found, from: "gateway")
            try await exposures.record(found, from: "gateway")
            let mails = try await house.mails()
            #expect(mails.map(\.claim.kind) == ["notice.key.expose"])
            #expect(mails.first?.claim.recipient == "ada@example.org")
            #expect(mails.first?.letter?.text.contains("By: eve") == true)
            #expect(mails.first?.letter?.text.contains(key.secret) == false)
            clock.withLock { $0 += .seconds(3601) }
            try await exposures.record(found, from: "gateway")
            #expect(try await house.mails().count == 1)
            await #expect(throws: Failure.self) { try await exposures.record(found, from: "tracking") }
        }
    }
}

import Foundation
import Model
import Postgres
import Synchronization
import TestKit
import Testing

@testable import AuthService

@Suite struct OutboxTests {
    @Test func `sixteen senders claim one mail once, and again when its lease has passed`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.person("ada", by: admin)
            try await house.forgetMails()
            try await house.service.emails.change(to: "ada@example.org", as: ada)
            let (store, now) = (house.service.mails.store, Date().addingTimeInterval(1))
            let count = Mutex(0)
            _ = await race(16) { _ in
                let claimed = try await store.claim(4, now: now).count
                count.withLock { $0 += claimed }
            }
            #expect(count.withLock { $0 } == 1)
            #expect(try await store.claim(4, now: now.addingTimeInterval(QueuedMail.Claim.lease - 1)).isEmpty)
            #expect(try await store.claim(4, now: now.addingTimeInterval(QueuedMail.Claim.lease)).count == 1)
        }
    }

    @Test func `what is not taken is tried later and later, and what was sent never again`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.person("ada", by: admin)
            try await house.forgetMails()
            try await house.service.emails.change(to: "ada@example.org", as: ada)
            let store = house.service.mails.store
            var (now, waits) = (Date().addingTimeInterval(1), [TimeInterval]())
            for _ in 0..<12 {
                let claim = try #require(try await store.claim(1, now: now).first)
                try await store.failed(claim, "The relay is away.", isForGood: false, now: now)
                let next = claim.next(after: now)
                #expect(try await store.claim(1, now: next.addingTimeInterval(-0.5)).isEmpty)
                waits.append(next.timeIntervalSince(now))
                now = next
            }
            #expect(waits == [15, 30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600, 3600])
            let claim = try #require(try await store.claim(1, now: now).first)
            try await store.sent(claim, now: now)
            try await store.failed(claim, "Too late.", isForGood: false, now: now)
            #expect(try await store.claim(1, now: now.addingTimeInterval(7200)).isEmpty)
            let mail = try #require(try await store.list(deadOnly: false).first { $0.kind == "confirmation" })
            #expect(mail.state == .sent && mail.problem.isEmpty)
        }
    }

    @Test func `a link lies sealed until it was sent, and opens for its own mail alone`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.person("ada", by: admin)
            try await house.forgetMails()
            try await house.service.emails.change(to: "ada@example.org", as: ada)
            let mail = try #require(try await house.mails("confirmation").first)
            #expect(mail.link.hasPrefix("http://127.0.0.1:8080/confirm/") && mail.token.count == 43)
            let lies = try await house.owner.rows("SELECT o::text FROM auth.outbox o", for: .none) { row in
                try row.read(String.self)
            }
            #expect(lies.allSatisfy { !$0.contains(mail.token) && !$0.contains("confirm/") })
            #expect(throws: (any Error).self) {
                try house.service.mails.vault.open(mail.claim.sealedLink, of: UUID())
            }
            try await house.service.mails.store.sent(mail.claim, now: Date())
            let left = try await house.owner.first(
                "SELECT octet_length(link) FROM auth.outbox WHERE id = \(mail.claim.id)", for: .none
            ) { row in try row.read(Int32.self) }
            #expect(left == 0)
        }
    }

    @Test func `what is too old is given up, and tried again only while its link is good`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.confirmed("ada", by: admin)
            try await house.forgetMails()
            try await house.service.emails.change(to: "else@example.org", as: ada)
            _ = try await house.key(of: ada)
            let (mails, later) = (house.service.mails, Date().addingTimeInterval(3 * 86_400))
            try await mails.store.sweep(now: later)
            let dead = try await mails.list(deadOnly: true, as: admin.access)
            #expect(dead.contains { $0.kind == "confirmation" } && dead.contains { $0.kind == "notice.key.create" })
            #expect(try await mails.store.claim(100, now: later).isEmpty)
            let link = try #require(dead.first { $0.kind == "confirmation" })
            let notice = try #require(dead.first { $0.kind == "notice.key.create" })
            #expect(await outcome { _ = try await mails.retry(link.id, as: admin.access) } == "notFound mail_unknown")
            #expect(try await mails.retry(notice.id, as: admin.access) == 1)
            #expect(try await mails.list(deadOnly: true, as: admin.access).map(\.id).contains(notice.id) == false)
        }
    }

    @Test func `nobody but an administrator of the instance sees the mail of others`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.confirmed("ada", by: admin)
            let stranger = try await house.stranger(by: admin).access
            let mails = house.service.mails
            for access in [ada, stranger] {
                #expect(await outcome { _ = try await mails.list(deadOnly: false, as: access) } == "forbidden")
                #expect(await outcome { _ = try await mails.retry(nil, as: access) } == "forbidden")
                #expect(await outcome { _ = try await mails.test("eve@example.org", as: access) } == "forbidden")
            }
            #expect(try await mails.list(deadOnly: false, as: admin.access).isEmpty == false)
        }
    }

    @Test func `an address gets three mails of a kind in an hour, whoever asks, and however many at once`() async throws
    {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            var people: [Access] = []
            for index in 0..<4 { people.append(try await house.person("p\(index)", by: admin)) }
            try await house.forgetMails()
            let (emails, all) = (house.service.emails, people)
            let found = await race(16) { index in
                let asking: Access = all[index % 4]
                try await emails.change(to: "Victim@example.org", as: asking)
            }
            #expect(found == ["ok": 3, "exhausted mail_throttled": 13])
            #expect(try await house.mails("confirmation").count == 3)
        }
    }
}

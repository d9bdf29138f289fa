import Foundation
import Model
import Postgres
import TestKit
import Testing

@testable import AuthService

@Suite struct NoticeTests {
    @Test func `people with a confirmed address hear what was done to their account, and others do not`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.confirmed("ada", by: admin)
            let eve = try await house.person("eve", by: admin)
            _ = try await house.mails()
            for access in [ada, eve] {
                try await house.service.sessions.changePassword(
                    AuthHouse.password, to: "another long and pleasant walk", policy: PasswordPolicy(),
                    from: "192.0.2.77", as: access)
                _ = try await house.key(of: access)
            }
            let mails = try await house.mails()
            #expect(mails.map(\.claim.kind).sorted() == ["notice.key.create", "notice.password.change"])
            #expect(mails.allSatisfy { $0.claim.recipient == "ada@example.org" && $0.claim.account == "ada" })
            let change = try #require(mails.first { $0.claim.kind == "notice.password.change" }?.letter)
            #expect(change.subject == "Your password was changed")
            #expect(change.text.contains("From: 192.0.2.77") && change.text.contains("If it was not you"))
            #expect(mails.allSatisfy { $0.letter?.text.contains(AuthHouse.password) == false })
        }
    }

    @Test func `every kind of notice that the database makes has its words`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.confirmed("ada", by: admin)
            _ = try await house.mails()
            let id = ada.principal.text
            let actor = AuditEvent.Actor(ada)
            let events = [
                "password.change", "password.set", "factor.enrol", "factor.remove", "factor.recovery_codes",
                "key.create",
                "key.replace", "key.expose", "identity.link", "email.change",
            ].map {
                AuditEvent(
                    actor, $0, on: id, detail: ["owner": id, "old_email": "ada@example.org", "name": "http://x"])
            }
            let code = ["second_factor": "recovery code"]
            let used = ["session.sign_in", "session.reauthenticate"].map {
                AuditEvent(actor, $0, on: "x", detail: code)
            }
            let silent = [
                AuditEvent(actor, "session.sign_in", on: id, detail: ["second_factor": "totp"]),
                AuditEvent(actor, "password.change", on: id, outcome: .refused),
                AuditEvent(actor, "password.change", on: "not an id"),
                AuditEvent(actor, "key.create", on: id),
                AuditEvent(actor, "session.sign_in", on: id, detail: ["provider": "recovery code"]),
            ]
            for event in events + used + silent { try await house.service.audit.store.append(event) }
            let mails = try await house.mails()
            #expect(mails.count == events.count + used.count)
            #expect(mails.allSatisfy { $0.letter != nil })
            #expect(mails.allSatisfy { $0.letter?.text.contains("http://x") == false })
        }
    }

    @Test func `acts on one account at once wait for each other in no ring`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.confirmed("ada", by: admin)
            try await house.service.emails.change(to: "new@example.org", as: ada)
            for _ in 0..<2 { try await house.service.resets.request("ada", from: "192.0.2.1") }
            let mails = try await house.mails()
            let links = mails.filter { $0.claim.kind == "reset" }.map(\.token)
            let address = try #require(mails.first { $0.claim.recipient == "new@example.org" }).token
            let service = house.service
            let found = await race(16) { index in
                switch index % 4 {
                case 0: _ = try await house.key(of: ada)
                case 1: _ = try await service.emails.confirm(address, from: "")
                case 2:
                    let draft = Session.Draft(address: "192.0.2.2", client: "test")
                    _ = try await service.accounts.setPassword(
                        AuthHouse.password + "\(index)", by: links[index % 8 / 4], beginning: draft)
                default: try await service.resets.request("ada", from: "192.0.2.\(index)")
                }
            }
            #expect(found == ["ok": 10, "notFound token_unknown": 6])
        }
    }

    @Test func `twenty notices an hour and no more`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.confirmed("ada", by: admin)
            _ = try await house.mails()
            let event = AuditEvent(AuditEvent.Actor(ada), "password.change", on: ada.principal.text)
            for _ in 0..<25 { try await house.service.audit.store.append(event) }
            #expect(try await house.mails().count == 20)
        }
    }

    @Test func `who has a key that is about to expire is told 14, 7 and 1 days before, once each`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.confirmed("ada", by: admin)
            let eve = try await house.person("eve", by: admin)
            let (now, day) = (Date(), TimeInterval(86_400))
            for access in [ada, eve] {
                for (name, days) in [("long", 90.0), ("week", 7.0), ("brief", 0.5)] {
                    _ = try await house.service.keys.create(
                        name: name, limits: .init(), ranges: [], expiresAt: now.addingTimeInterval(days * day),
                        for: nil,
                        as: access)
                }
            }
            _ = try await house.mails()
            var told: [String] = []
            for half in 0..<182 {
                let at = Double(half) / 2
                try await house.service.mails.expiries.warn(now: now.addingTimeInterval((at + 0.01) * day))
                try await house.service.mails.expiries.warn(now: now.addingTimeInterval((at + 0.01) * day))
                told += try await house.expiries().map { "\($0) \(at)" }
            }
            #expect(
                told == [
                    "ada@example.org week 6.0", "ada@example.org long 76.0", "ada@example.org long 83.0",
                    "ada@example.org long 89.0",
                ])
        }
    }

    @Test func `of a service account's key hears who has made it, and of a key with a successor nobody`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            try await house.service.emails.change(to: "admin@example.org", as: admin.access)
            let mail = try #require(try await house.mails("confirmation").first)
            _ = try await house.service.emails.confirm(mail.token, from: "")
            let robot = try await house.serviceAccount("nightly", by: admin)
            let end = Date().addingTimeInterval(90 * 86_400)
            let key = try await house.service.keys.create(
                name: "cron", limits: .init(), ranges: [], expiresAt: end, for: robot, as: admin.access
            ).key
            _ = try await house.mails()
            try await house.service.mails.expiries.warn(now: end.addingTimeInterval(-13 * 86_400))
            #expect(try await house.expiries() == ["admin@example.org cron"])
            _ = try await house.service.keys.replace(key.id, grace: 7 * 86_400, expiresAt: nil, as: admin.access)
            _ = try await house.mails()
            try await house.service.mails.expiries.warn(now: Date().addingTimeInterval(6.5 * 86_400))
            #expect(try await house.expiries().isEmpty)
        }
    }
}

extension AuthHouse {
    /// To whom, and of which key; each is then out of the way.
    fileprivate func expiries() async throws -> [String] {
        try await owner.rows(
            """
            WITH told AS (
                UPDATE auth.outbox SET state = 'sent' WHERE kind = 'notice.key.expires' AND state = 'queued'
                RETURNING *)
            SELECT recipient || ' ' || (fields::jsonb ->> 'name') FROM told ORDER BY 1
            """, for: .none
        ) { row in try row.read() }
    }
}

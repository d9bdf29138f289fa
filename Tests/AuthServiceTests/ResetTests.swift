import Foundation
import Model
import Postgres
import TestKit
import Testing

@testable import AuthService

@Suite struct ResetTests {
    @Test func `a link goes to a confirmed address of who signs in with a password, and to nobody else`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            _ = try await house.confirmed("ada", by: admin)
            _ = try await house.person("unconfirmed", by: admin)
            let gone = try await house.confirmed("gone", by: admin)
            try await house.service.accounts.setActive(false, gone.principal, as: admin.access)
            let provided = try await house.confirmed("provided", by: admin)
            try await house.owner.run(
                "UPDATE auth.accounts SET password = NULL WHERE id = \(provided.principal.uuid)", for: .none)
            _ = try await house.mails()
            let others = ["unconfirmed", "unconfirmed@example.org", "gone", "provided", "nobody", "", "ada\u{0}x"]
            let resets = house.service.resets
            let found = await race(others.count) { try await resets.request(others[$0], from: "192.0.2.1") }
            #expect(found == ["ok": others.count])
            #expect(try await house.mails().isEmpty)
            for name in ["ADA", "ada@Example.org"] {
                try await house.service.resets.request(name, from: "192.0.2.1")
                let mail = try #require(try await house.mails("reset").first)
                #expect(mail.claim.recipient == "ada@example.org")
                #expect(mail.link == "http://127.0.0.1:8080/setup/" + mail.token)
                #expect(mail.letter?.text.contains("192.0.2.1") == true)
            }
        }
    }

    @Test func `of sixteen who bring one link one gets in, all sessions end, and the other links are void`()
        async throws
    {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            _ = try await house.confirmed("ada", by: admin)
            _ = try await house.mails()
            let session = try await house.signIn("ada")
            for _ in 0..<2 { try await house.service.resets.request("ada", from: "192.0.2.1") }
            let tokens = try await house.mails("reset").map(\.token)
            #expect(tokens.count == 2)
            let accounts = house.service.accounts
            let found = await race(16) { index in
                let draft = Session.Draft(address: "192.0.2.2", client: "test")
                _ = try await accounts.setPassword(
                    "another long and pleasant walk", by: tokens[index % 2], beginning: draft)
            }
            #expect(found == ["ok": 1, "notFound token_unknown": 15])
            #expect(await outcome { _ = try await house.access(session: session) } == "unauthenticated session_expired")
            let notices = try await house.mails("notice.password.set")
            #expect(notices.map(\.claim.recipient) == ["ada@example.org"])
        }
    }

    @Test func `whoever asks often gets three links an hour, and a stranger voids none of them`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            _ = try await house.confirmed("ada", by: admin)
            _ = try await house.mails()
            let resets = house.service.resets
            let found = await race(16) { index in try await resets.request("ada", from: "198.51.\(index).7") }
            #expect(found == ["ok": 16])
            let tokens = try await house.mails("reset").map(\.token)
            #expect(tokens.count == 3)
            let draft = Session.Draft(address: "192.0.2.2", client: "test")
            _ = try await house.service.accounts.setPassword(
                "another long and pleasant walk", by: try #require(tokens.first), beginning: draft)
            let again = await race(6) { _ in try await resets.request("nobody", from: "192.0.2.50") }
            #expect(again == ["ok": 5, "exhausted sign_in_throttled": 1])
        }
    }
}

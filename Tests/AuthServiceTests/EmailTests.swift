import Foundation
import Model
import TestKit
import Testing

@testable import AuthService

@Suite struct EmailTests {
    @Test func `an address is an account's own when its link was opened, once`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.person("ada", by: admin)
            let eve = try await house.person("eve", by: admin)
            _ = try await house.mails()
            let emails = house.service.emails
            try await emails.change(to: "ada@lab.example", as: ada)
            #expect(
                try await emails.show(as: ada)
                    == .init(email: "ada@example.org", isConfirmed: false, waiting: "ada@lab.example"))
            #expect(
                try await emails.show(as: eve) == .init(email: "eve@example.org", isConfirmed: false, waiting: ""))
            let mail = try #require(try await house.mails("confirmation").first)
            #expect(mail.claim.recipient == "ada@lab.example")
            let found = await race(16) { _ in _ = try await emails.confirm(mail.token, from: "192.0.2.1") }
            #expect(found == ["ok": 1, "notFound token_unknown": 15])
            #expect(
                try await emails.show(as: ada) == .init(email: "ada@lab.example", isConfirmed: true, waiting: ""))
            #expect(
                try await emails.show(as: eve) == .init(email: "eve@example.org", isConfirmed: false, waiting: ""))
        }
    }

    @Test func `the newest link voids the one before, and an address of another is not taken`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.person("ada", by: admin)
            _ = try await house.confirmed("bob", by: admin)
            _ = try await house.mails()
            let emails = house.service.emails
            try await emails.change(to: "one@example.org", as: ada)
            try await emails.change(to: "BOB@example.org", as: ada)
            let mails = try await house.mails("confirmation")
            let first = try #require(mails.first { $0.claim.recipient == "one@example.org" })
            let second = try #require(mails.first { $0.claim.recipient == "BOB@example.org" })
            #expect(await outcome { _ = try await emails.confirm(first.token, from: "") } == "notFound token_unknown")
            #expect(
                await outcome { _ = try await emails.confirm(second.token, from: "") } == "conflict account_exists")
            #expect(try await emails.show(as: ada).email == "ada@example.org")
        }
    }

    @Test func `whoever had the address before hears that it is another`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.confirmed("ada", by: admin)
            _ = try await house.mails()
            try await house.service.emails.change(to: "new@example.org", as: ada)
            let mail = try #require(try await house.mails("confirmation").first)
            _ = try await house.service.emails.confirm(mail.token, from: "192.0.2.9")
            let notice = try #require(try await house.mails("notice.email.change").first)
            #expect(notice.claim.recipient == "ada@example.org")
            #expect(notice.letter?.text.contains("192.0.2.9") == true)
        }
    }

    @Test func `the link that was mailed confirms the address, the one that was shown does not`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            for (name, isProven) in [("ada", true), ("eve", false)] {
                let made = try await house.service.accounts.create(
                    name: name, email: "\(name)@example.org", as: admin.access)
                #expect(made.isMailed)
                let mail = try #require(try await house.mails("setup").first)
                #expect(mail.token == made.token.text && mail.proof.count == 43)
                let draft = Session.Draft(address: "192.0.2.1", client: "test")
                _ = try await house.service.accounts.setPassword(
                    AuthHouse.password, by: made.token.text, proof: isProven ? mail.proof : "", beginning: draft)
                let access = try await house.access(session: draft.token.text)
                #expect(try await house.service.emails.show(as: access).isConfirmed == isProven)
            }
        }
    }

    @Test func `an invitation to an address is mailed, and proves it with its own proof only`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            var proofs: [String] = []
            for (name, usesOwn) in [("ada", true), ("eve", false)] {
                let grant = Grant(.viewer, on: .workspace(admin.workspace))
                let draft = try Invitation.Draft(label: "\(name)@example.org", grant: grant)
                #expect(try await house.service.invitations.invite(draft, as: admin.access).isMailed)
                let mail = try #require(try await house.mails("invitation").first)
                #expect(mail.letter?.text.contains("admin invites you") == true)
                proofs.append(mail.proof)
                let session = Session.Draft(address: "192.0.2.1", client: "test")
                _ = try await house.service.invitations.accept(
                    draft.token.text, name: name, password: AuthHouse.password,
                    proof: usesOwn ? mail.proof : proofs[0], beginning: session)
                let shown = try await house.service.emails.show(as: try await house.access(session: session.token.text))
                #expect(shown == .init(email: usesOwn ? "ada@example.org" : "", isConfirmed: usesOwn, waiting: ""))
            }
            let plain = try Invitation.Draft(label: "Ada", grant: Grant(.viewer, on: .workspace(admin.workspace)))
            #expect(try await house.service.invitations.invite(plain, as: admin.access).isMailed == false)
        }
    }
}

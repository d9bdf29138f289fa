import Foundation
import Model
import Testing

@testable import Daemon

@Suite struct MailSettingTests {
    private static let sender = ["HALLEY_MAIL_FROM": "Halley <halley@lab.example>"]

    private func setting(_ values: [String: String]) throws -> MailSetting? {
        try Settings(environment: values.merging(Self.sender) { given, _ in given }).mail
    }

    @Test func `no relay, no mail; ports are the usual ones`() throws {
        #expect(try setting([:]) == nil)
        let plain = try #require(try setting(["HALLEY_SMTP_URL": "smtp://mail.lab.example"]))
        #expect(plain.port == 587 && !plain.isTLS && plain.startsTLS)
        let tls = try #require(try setting(["HALLEY_SMTP_URL": "smtps://[::1]/"]))
        #expect(tls.port == 465 && tls.isTLS && tls.host == "::1")
    }

    @Test(arguments: [
        "mail.lab.example", "http://mail.lab.example", "smtp://", "smtp://u:p@mail.lab.example", "smtp://mail/x",
        "smtp://mail?x=1", "smtp://mail:x",
    ])
    func `a relay that is none is refused by the name of its setting, and what it held is not told`(_ url: String) {
        let failure = #expect(throws: Failure.self) { try setting(["HALLEY_SMTP_URL": url]) }
        #expect(failure?.message.hasPrefix("HALLEY_SMTP_URL") == true && failure?.message.contains("u:p") == false)
    }

    @Test func `a password goes nowhere unencrypted but within this machine`() throws {
        let open = ["HALLEY_SMTP_STARTTLS": "off", "HALLEY_SMTP_USER": "halley"]
        func url(_ host: String) -> [String: String] { open.merging(["HALLEY_SMTP_URL": "smtp://\(host)"]) { $1 } }
        #expect(throws: Failure.self) { try setting(url("mail.lab.example")) }
        #expect(try setting(url("127.0.0.1"))?.startsTLS == false)
        #expect(throws: Failure.self) {
            try setting(["HALLEY_SMTP_URL": "smtp://mail", "HALLEY_SMTP_STARTTLS": "perhaps"])
        }
    }

    @Test func `children are given all but the password, which nothing prints`() throws {
        let values = [
            "HALLEY_SMTP_URL": "smtp://[::1]:2525", "HALLEY_SMTP_USER": "halley", "HALLEY_SMTP_PASSWORD": "canary",
            "HALLEY_SMTP_CA": "/etc/lab.pem", "HALLEY_SMTP_STARTTLS": "off",
        ].merging(Self.sender) { $1 }
        let given = try Settings(environment: values)
        #expect(given.mail?.password == "canary")
        #expect(!"\(given) \(String(reflecting: given))".contains("canary"))
        let child = try Settings(environment: given.childEnvironment)
        #expect(child.mail?.password == nil && child.mail?.user == "halley" && child.mail?.host == "::1")
        #expect(child.mail?.port == 2525 && child.mail?.authority == "/etc/lab.pem" && child.mail?.startsTLS == false)
        #expect(child.mail?.sender == given.mail?.sender)
    }
}

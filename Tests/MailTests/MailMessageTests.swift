import Foundation
import Testing

@testable import Mail

@Suite struct MailMessageTests {
    private func message(
        from: String = "Halley <halley@lab.org>", subject: String = "A new password", text: String = "Hello"
    ) throws -> MailMessage {
        MailMessage(
            from: try #require(Mailbox(from)), to: try #require(MailAddress("ada@example.org")), subject: subject,
            text: text, id: try #require(UUID(uuidString: "018F6D1E-0000-7000-8000-000000000001")),
            date: Date(timeIntervalSince1970: 1_795_438_800))
    }

    private func lines(_ message: MailMessage) -> [String] {
        String(decoding: message.bytes(), as: UTF8.self).components(separatedBy: "\r\n")
    }

    @Test func `a mail has these bytes`() throws {
        let text = String(
            decoding: try message(text: "Grüße an Ada,\n\n.\nx=1 \n" + String(repeating: "a", count: 80)).bytes(),
            as: UTF8.self)
        #expect(
            text
                == [
                    "From: \"Halley\" <halley@lab.org>", "To: ada@example.org", "Subject: A new password",
                    "Date: Mon, 23 Nov 2026 13:00:00 +0000",
                    "Message-ID: <018f6d1e-0000-7000-8000-000000000001@lab.org>", "Auto-Submitted: auto-generated",
                    "MIME-Version: 1.0", "Content-Type: text/plain; charset=utf-8",
                    "Content-Transfer-Encoding: quoted-printable", "", "Gr=C3=BC=C3=9Fe an Ada,", "", ".", "x=3D1=20",
                    String(repeating: "a", count: 75) + "=", "aaaaa", "",
                ].joined(separator: "\r\n"))
    }

    @Test func `a subject outside of ASCII becomes encoded words that end with whole characters`() throws {
        let subject = "Пароль изменён — 新しいパスワード 🌠 и ещё"
        let all = lines(try message(subject: subject))
        let start = try #require(all.firstIndex { $0.hasPrefix("Subject: ") })
        let end = try #require(all.firstIndex { $0.hasPrefix("Date: ") })
        let words = ([String(all[start].dropFirst(9))] + all[(start + 1)..<end].map { String($0.dropFirst()) })
        #expect(words.count > 1)
        let decoded = words.map { word -> String in
            #expect(word.utf8.count <= 75 && word.hasPrefix("=?utf-8?B?") && word.hasSuffix("?="))
            let bytes = Data(base64Encoded: String(word.dropFirst(10).dropLast(2))) ?? Data()
            return String(data: bytes, encoding: .utf8) ?? "(broken)"
        }
        #expect(decoded.joined() == subject)
    }

    @Test(arguments: [
        "\r\nBcc: eve@evil.example", "\nBcc: eve@evil.example", "\r\rBcc: eve", "\u{2028}Bcc: eve", "\u{85}Bcc: e",
    ])
    func `nothing in a subject or a name begins a field of its own`(_ tail: String) throws {
        let evil = "Hello" + tail
        let made = [try message(subject: evil), try message(from: "\(evil) <halley@lab.org>")]
        for message in made {
            let fields = lines(message).prefix { !$0.isEmpty }
            #expect(!fields.contains { $0.lowercased().hasPrefix("bcc") })
            #expect(fields.count == 9)
            #expect(!String(decoding: message.bytes(), as: UTF8.self).contains("\r\n\r\n\r\n"))
        }
    }

    @Test func `a quote in a name stays within it`() throws {
        #expect(lines(try message(from: "A \"B\\C <halley@lab.org>"))[0] == "From: \"A \\\"B\\\\C\" <halley@lab.org>")
    }

    @Test func `no line is longer than a relay must take`() throws {
        let text = String(repeating: "ü", count: 500) + " " + String(repeating: "=", count: 500) + "\t"
        for subject in [String(repeating: "s", count: 300), String(repeating: "ß", count: 300)] {
            #expect(lines(try message(subject: subject, text: text)).allSatisfy { $0.utf8.count <= 76 })
        }
    }

    @Test(arguments: ["ada@example.org", "a.b+c@sub.example.org", "x@localhost"])
    func `plain addresses are taken`(_ text: String) {
        #expect(MailAddress(text)?.text == text)
    }

    @Test(arguments: [
        "", "ada", "@example.org", "ada@", "a@b@c", "a b@example.org", "ada@example.org\r\nRCPT TO:<eve@evil.example>",
        "ada@example.org>", "<ada@example.org", "\"ada\"@example.org", "ada@[127.0.0.1]", "ada@-x.org", "ada@x..org",
        ".ada@example.org", "ada@exämple.org", "ada@example.org,eve@evil.example", "ada@example.org\0",
    ])
    func `what is not plainly an address is none`(_ text: String) {
        #expect(MailAddress(text) == nil)
        #expect(Mailbox("Halley <\(text)>") == nil)
    }
}

import Foundation
import Model

/// The mail relay, as the environment names it. No variable, no mail.
public struct MailSetting: Sendable, Equatable {
    public let host: String
    public let port: Int
    /// `smtps://`: encrypted from the first byte.
    public let isTLS: Bool
    /// Of `smtp://`: whether STARTTLS must work before anything is said.
    public let startsTLS: Bool
    public let user: String
    public let password: String?
    /// `halley@example.org`, or with a name before it.
    public let sender: String
    /// A file of certificates in PEM.
    public let authority: String?

    /// `nil` without `HALLEY_SMTP_URL`. Throws `.invalid`, naming the variable that is wrong.
    static func read(_ value: (String) -> String?) throws(Failure) -> MailSetting? {
        guard let text = value("HALLEY_SMTP_URL") else { return nil }
        guard let url = URLComponents(string: text), let host = url.host, !host.isEmpty,
            ["smtp", "smtps"].contains(url.scheme), url.user == nil, url.password == nil, url.query == nil,
            url.fragment == nil, ["", "/"].contains(url.path)
        else {
            throw Failure(
                .invalid,
                "HALLEY_SMTP_URL should look like smtp://mail.example.org:587 or smtps://mail.example.org; user and "
                    + "password have settings of their own.")
        }
        guard let sender = value("HALLEY_MAIL_FROM") else {
            throw Failure(
                .invalid, "HALLEY_SMTP_URL needs HALLEY_MAIL_FROM beside it, such as Halley <halley@example.org>.")
        }
        let (isTLS, user) = (url.scheme == "smtps", value("HALLEY_SMTP_USER") ?? "")
        let startsTLS = try startTLS(value("HALLEY_SMTP_STARTTLS"))
        let plain = host.trimmingCharacters(in: CharacterSet(charactersIn: "[]"))
        guard isTLS || startsTLS || user.isEmpty || ["localhost", "127.0.0.1", "::1"].contains(plain) else {
            throw Failure(
                .invalid, "HALLEY_SMTP_STARTTLS=off would show the password of HALLEY_SMTP_USER to the network.")
        }
        return MailSetting(
            host: plain, port: url.port ?? (isTLS ? 465 : 587), isTLS: isTLS, startsTLS: startsTLS, user: user,
            password: value("HALLEY_SMTP_PASSWORD"), sender: sender, authority: value("HALLEY_SMTP_CA"))
    }

    private static func startTLS(_ text: String?) throws(Failure) -> Bool {
        switch text ?? "required" {
        case "required": return true
        case "off": return false
        default: throw Failure(.invalid, "HALLEY_SMTP_STARTTLS should be required or off.")
        }
    }

    /// For a child process; without the password.
    var environment: [String: String] {
        var result = [
            "HALLEY_SMTP_URL": "\(isTLS ? "smtps" : "smtp")://\(host.contains(":") ? "[\(host)]" : host):\(port)",
            "HALLEY_SMTP_STARTTLS": startsTLS ? "required" : "off", "HALLEY_MAIL_FROM": sender,
        ]
        if !user.isEmpty { result["HALLEY_SMTP_USER"] = user }
        if let authority { result["HALLEY_SMTP_CA"] = authority }
        return result
    }
}

extension MailSetting: CustomStringConvertible, CustomReflectable {
    public var description: String { "\(host):\(port)" }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

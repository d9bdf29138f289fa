import Foundation
import Model

/// The words of a mail. A notice says what was done, when and from where, and what to do about it; never what is in a
/// workspace.
struct Letter: Sendable {
    let subject: String
    let text: String

    init(_ subject: String, to name: String, _ paragraphs: [String], from baseURL: String) {
        self.subject = subject
        let greeting = name.isEmpty ? "Hello," : "Hello \(Self.shown(name)),"
        let end = "-- \nHalley at \(baseURL). This mail was sent by a machine, which reads no answers."
        text = ([greeting] + paragraphs.filter { !$0.isEmpty } + [end]).joined(separator: "\n\n")
    }

    /// `nil` for a kind of a newer release, or when its link is gone.
    init?(_ mail: QueuedMail.Claim, link: String, baseURL: String) {
        if let kind = QueuedMail.Kind(rawValue: mail.kind) {
            guard !link.isEmpty else { return nil }
            self = Self.asked(kind, mail, link: link, baseURL: baseURL)
        } else if mail.kind == "notice.key.expires" {
            self = Self.expiry(mail, baseURL: baseURL)
        } else if mail.kind == "notice.workspace.enter" {
            self = Self.entry(mail, baseURL: baseURL)
        } else {
            guard let notice = Self.notices[mail.kind] else { return nil }
            self = Self.notice(notice, mail, baseURL: baseURL)
        }
    }

    static func test(baseURL: String) -> Letter {
        Letter(
            "A test of Halley's mail", to: "",
            ["Somebody who looks after this server wanted to know whether mail works. It does."],
            from: baseURL)
    }

    private static func asked(
        _ kind: QueuedMail.Kind, _ mail: QueuedMail.Claim, link: String, baseURL: String
    ) -> Letter {
        func field(_ name: String) -> String { shown(mail.fields[name] ?? "") }
        let (subject, paragraphs): (String, [String]) =
            switch kind {
            case .reset:
                (
                    "A new password for Halley",
                    [
                        "Somebody at \(field("address")) asked for a new password of your account. With this link "
                            + "you choose one, once and within \(SetupToken.resetMinutes) minutes:", link,
                        "All your sessions end then. If you have a second factor, it is asked for as ever.",
                        "If it was not you, do nothing: your password stays as it is.",
                    ]
                )
            case .confirmation:
                (
                    "Is this your address?",
                    [
                        "Somebody wants this to be the address of the Halley account \"\(shown(mail.account))\". "
                            + "If that is you, open this link within \(EmailConfirmation.lifeHours) hours:", link,
                        "If it was not you, do nothing.",
                    ]
                )
            case .invitation:
                (
                    "You are invited to Halley",
                    [
                        "\(field("by")) invites you to a workspace, as \(field("role")). This link lets you join, once "
                            + "and within \(Invitation.lifeDays) days:", link,
                        "If you do not know what this is about, do nothing.",
                    ]
                )
            case .setup:
                (
                    "Your Halley account",
                    [
                        "There is an account for you. With this link you choose its password, once and within "
                            + "\(SetupToken.lifeDays) days:", link,
                        "If you do not know what this is about, do nothing.",
                    ]
                )
            }
        return Letter(subject, to: kind == .confirmation ? "" : mail.account, paragraphs, from: baseURL)
    }

    private struct Notice {
        let subject: String
        let what: String
        let advice: String
    }

    private static let changePassword =
        "If it was not you, change your password at once, or ask for a new one on the sign-in page, and tell an "
        + "administrator."
    private static let lookAround =
        "If it was not you, change your password, look through your keys and sessions, and tell an administrator."

    /// By what the database calls them: `notice.` and the action of the log.
    private static let notices = [
        "notice.password.change": Notice(
            subject: "Your password was changed", what: "The password of your account was changed.",
            advice: changePassword),
        "notice.password.set": Notice(
            subject: "Your password was set anew",
            what: "The password of your account was set with a one-time link. All sessions from before have ended.",
            advice: changePassword),
        "notice.factor.enrol": Notice(
            subject: "A second factor was added", what: "An authenticator was set up for your account.",
            advice: lookAround),
        "notice.factor.remove": Notice(
            subject: "Your second factor was removed",
            what: "The second factor of your account was removed. It is no longer asked for.", advice: lookAround),
        "notice.factor.recovery_codes": Notice(
            subject: "New recovery codes were made",
            what: "New recovery codes were made for your account. The old ones are void.", advice: lookAround),
        "notice.recovery_code_used": Notice(
            subject: "A recovery code was used", what: "A recovery code of your account was used.", advice: lookAround),
        "notice.key.create": Notice(
            subject: "A new API key was made", what: "An API key of your account was made.", advice: lookAround),
        "notice.key.replace": Notice(
            subject: "An API key was replaced", what: "An API key of your account was replaced by a new one.",
            advice: lookAround),
        "notice.key.expose": Notice(
            subject: "An API key was logged",
            what: "An API key of your account was in what somebody logged into a run. Its secret was masked before "
                + "it was stored, but it may have come to other places as well.",
            advice: "Replace or revoke the key on the page of your keys, and keep it out of code and output."),
        "notice.identity.link": Notice(
            subject: "Another way to sign in was added",
            what: "From now on one can sign in to your account through a provider.", advice: lookAround),
        "notice.email.change": Notice(
            subject: "Your address was changed",
            what: "The address of your account is another one from now on. Mail about it no longer comes here.",
            advice: lookAround),
    ]

    private static func notice(_ notice: Notice, _ mail: QueuedMail.Claim, baseURL: String) -> Letter {
        let fields = mail.fields
        let facts = [
            ("When", time(fields["time_us"])), ("From", fields["address"] ?? ""), ("By", fields["by"] ?? ""),
            ("Name", fields["name"] ?? ""), ("Provider", fields["provider"] ?? ""),
        ].filter { !$1.isEmpty }.map { "\($0): \(shown($1))" }
        return Letter(
            notice.subject, to: mail.account, [notice.what, facts.joined(separator: "\n"), notice.advice],
            from: baseURL)
    }

    private static func expiry(_ mail: QueuedMail.Claim, baseURL: String) -> Letter {
        let of = shown(mail.fields["of"] ?? "")
        let whose = of.isEmpty ? "Your API key" : "The API key of the service account \"\(of)\""
        return Letter(
            "An API key is about to expire", to: mail.account,
            [
                "\(whose) \"\(shown(mail.fields["name"] ?? ""))\" works until \(time(mail.fields["time_us"])).",
                "If it is still needed, replace it under \(baseURL)/settings/keys: the old one can work on for a "
                    + "while. If it is not, do nothing.",
            ], from: baseURL)
    }

    /// One line of somebody's words, that no reader takes for a link.
    static func shown(_ text: String) -> String {
        text.plain(200).replacingOccurrences(of: "://", with: ":/ /")
    }

    static func time(_ microseconds: String?) -> String {
        guard let value = microseconds.flatMap(Double.init) else { return "" }
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "yyyy-MM-dd HH:mm:ss 'UTC'"
        return formatter.string(from: Date(timeIntervalSince1970: value / 1_000_000))
    }
}

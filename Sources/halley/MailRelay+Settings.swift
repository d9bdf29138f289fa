import AuthService
import Daemon
import Egress
import Foundation
import Mail
import Model

extension MailSettings {
    /// `nil` when no relay is named. Throws `.invalid` for what cannot be a sender, `.unavailable` for a password that
    /// others may read.
    init?(_ settings: Settings) throws(Failure) {
        guard let setting = settings.mail else { return nil }
        guard let sender = Mailbox(setting.sender) else {
            throw Failure(
                .invalid, "HALLEY_MAIL_FROM should be an address, as halley@example.org or Halley <halley@example.org>."
            )
        }
        self.init(
            relay: MailRelay(try MailRelay.Settings(setting, greeting: sender.address.domain, in: settings.home)),
            sender: sender)
    }
}

extension MailRelay.Settings {
    /// The password is that of the environment, or what the file `secrets/smtp-password` holds.
    init(_ setting: MailSetting, greeting: String, in home: Home) throws(Failure) {
        var password = setting.password ?? ""
        if password.isEmpty, !setting.user.isEmpty {
            guard let bytes = try PrivateFile.read(home.secret("smtp-password")) else {
                throw Failure(
                    .unavailable,
                    "HALLEY_SMTP_USER is set, but its password is not: write it to \(home.secret("smtp-password")), of "
                        + "mode 0600, or set HALLEY_SMTP_PASSWORD.")
            }
            password = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .newlines)
        }
        self.init(
            host: setting.host, port: setting.port,
            encryption: setting.isTLS ? .fromTheStart : setting.startsTLS ? .startTLS : .none, greeting: greeting,
            user: setting.user, password: password, authority: setting.authority)
    }
}

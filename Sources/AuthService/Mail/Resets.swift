import Foundation
import Model
import Sealing

/// A link for a new password, for whoever has forgotten theirs and reads the mail of their account.
struct Resets: Sendable {
    /// Every answer takes a whole number of these: whether somebody is known is not to be read from a clock.
    static let beat: Duration = .milliseconds(400)

    let store: ResetStore
    let mails: Mails
    let throttle: Throttle

    /// Answers nothing, whoever that is. A link goes to an address that was confirmed, of a person in use who signs in
    /// with a password; to all others none.
    func request(_ name: String, from address: String) async throws {
        guard mails.settings != nil else {
            throw Failure(
                .conflict, "This server sends no mail. Ask an administrator for a link.", reason: "mail_not_configured")
        }
        guard name.utf8.count <= 1000 else { return }
        try await throttle.take(Throttle.resets(name: name, address: address))
        let began = ContinuousClock.now
        let token = OpaqueToken.fresh()
        let draft = try mails.draft(
            .reset, link: "/setup/" + token.text, by: nil, fields: ["address": address],
            seconds: SetupToken.resetMinutes * 60)
        if let draft {
            try await store.queue(token, draft, for: name.plain(1000).accountKey) { account, name in
                AuditEvent(
                    AuditEvent.Actor.nobody, "password.reset_request", on: ID<Account>(account).text, address: address,
                    detail: ["name": name])
            }
        }
        let beats = ((ContinuousClock.now - began) / Self.beat).rounded(.up)
        try await Task.sleep(until: began + Self.beat * beats)
    }
}

extension Throttle {
    /// Whatever name is typed, and from wherever: nobody asks for many.
    static func resets(name: String, address: String) -> [Bucket] {
        let both = SHA256.digest(of: "reset\n\(name.accountKey)\n\(address)".utf8)
        let place = SHA256.digest(of: "reset\n\n\(network(address))".utf8)
        return [Bucket(key: both, burst: 5), Bucket(key: place, burst: 30)]
            .sorted { $0.key.lexicographicallyPrecedes($1.key) }
    }
}

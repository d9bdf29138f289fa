import Foundation
import Mail
import Model

/// The address of an account, and the proof that mail to it is read by whoever has the account.
struct Emails: Sendable {
    let store: EmailStore
    let mails: Mails

    func show(as access: Access) async throws -> EmailStore.Standing {
        try access.requireSession("Your address is looked after in a browser session, not by a key.")
        guard let found = try await store.standing(of: access.principal) else {
            throw Failure(.notFound, "There is no such account.")
        }
        return found
    }

    /// Sends a link to an address, or to the one that the account has already. Until it was opened the account keeps
    /// what it had. Nothing is said of whether another account has that address: who opens the link hears it.
    func change(to email: String, as access: Access) async throws {
        try access.requireRecentProof()
        guard access.kind == .person else {
            throw Failure(.forbidden, "Only people have an address.", reason: "person_required")
        }
        let present = try await show(as: access)
        let address = try MailAddress.required(email.isEmpty ? present.email : email)
        guard !present.isConfirmed || present.email.accountKey != address.text.accountKey else {
            throw Failure(.conflict, "This address is confirmed already.", reason: "email_confirmed")
        }
        let token = OpaqueToken.fresh()
        let draft = try mails.draft(
            .confirmation, link: "/confirm/" + token.text, by: access.principal,
            seconds: EmailConfirmation.lifeHours * 3600)
        guard let draft else {
            throw Failure(
                .conflict, "This server sends no mail. An administrator can set that up.", reason: "mail_not_configured"
            )
        }
        let event = AuditEvent(AuditEvent.Actor(access), "email.confirmation", on: access.principal.text)
        let queued = try await store.begin(
            EmailConfirmation(account: access.principal, token: token, email: address.text), draft, telling: event)
        guard queued else {
            throw Failure(
                .exhausted, "Enough mail went there within the hour. Look in its spam folder, or try again in an hour.",
                reason: "mail_throttled", retryAfter: .seconds(3600))
        }
    }

    /// Spends a link; whoever has it need not be signed in, since reading that mail is what it proves.
    func confirm(_ presented: String, from address: String) async throws -> String {
        let unknown = Failure(
            .notFound, "This link was used already, is too old, or never was.", reason: "token_unknown")
        guard let token = OpaqueToken(presented: presented) else { throw unknown }
        let confirmed = try await AccountStore.namingConflicts {
            try await store.confirm(token) { account, name, old, isNew in
                var detail = ["changed": "\(isNew)"]
                if isNew, !old.isEmpty { detail["old_email"] = old }
                return AuditEvent(
                    AuditEvent.Actor(id: account, name: name), "email.change", on: ID<Account>(account).text,
                    address: address, detail: detail)
            }
        }
        guard let confirmed else { throw unknown }
        return confirmed
    }
}

/// A link that was sent to an address, to see whether it comes back.
struct EmailConfirmation: Sendable {
    static let lifeHours = 24

    let account: ID<Account>
    let token: OpaqueToken
    let email: String
}

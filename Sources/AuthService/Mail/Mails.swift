import Egress
import Foundation
import Logging
import Mail
import Model

/// Sends what waits in the outbox, and shows it to whoever looks after the instance.
struct Mails: Sendable {
    /// Claimed at once by one process; the relay takes two of them at a time.
    static let batch = 4

    let store: OutboxStore
    let audit: AuditStore
    let expiries: ExpiryStore
    let vault: MailVault
    /// `nil`: nothing is sent.
    let settings: MailSettings?
    let baseURL: String
    let logger: Logger

    /// What a link in a mail is kept as until it is sent. `nil` when no mail is sent.
    func draft(
        _ kind: QueuedMail.Kind, link path: String, by causer: ID<Account>?, fields: [String: String] = [:],
        seconds: Int
    ) throws -> QueuedMail.Draft? {
        guard settings != nil else { return nil }
        let draft = QueuedMail.Draft(
            kind: kind, causer: causer, fields: QueuedMail.json(fields), sealedLink: [], secondsMax: Int32(seconds))
        return draft.sealing(try vault.seal(baseURL + path, of: draft.id))
    }

    /// Sends until its task is cancelled. A database that cannot be reached is tried again.
    func run() async throws {
        guard let settings else { return }
        try await withTaskCancellationHandler {
            while !Task.isCancelled {
                let count = await round()
                if count == 0 { try await Task.sleep(for: .seconds(1)) }
            }
        } onCancel: {
            settings.relay.close()
        }
    }

    private func round() async -> Int {
        do {
            return try await deliver(now: Date())
        } catch {
            logger.warning("mail was not looked for", metadata: ["error": "\(error)"])
            return 0
        }
    }

    /// Sends what is due, a few at once; how many there were.
    func deliver(now: Date) async throws -> Int {
        guard let settings else { return 0 }
        let claims = try await store.claim(Self.batch, now: now)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for claim in claims { group.addTask { try await deliver(claim, settings) } }
            try await group.waitForAll()
        }
        return claims.count
    }

    private func deliver(_ claim: QueuedMail.Claim, _ settings: MailSettings) async throws {
        let link = try? vault.open(claim.sealedLink, of: claim.id)
        guard let link, let letter = Letter(claim, link: link, baseURL: baseURL),
            let recipient = MailAddress(claim.recipient)
        else {
            return try await store.failed(
                claim, "Its text cannot be made, or its address is none.", isForGood: true, now: Date())
        }
        let message = MailMessage(
            from: settings.sender, to: recipient, subject: letter.subject, text: letter.text, id: claim.id,
            date: claim.createdAt)
        switch await attempt(message, settings) {
        case nil: try await store.sent(claim, now: Date())
        case let error?:
            logger.warning(
                "a mail was not taken",
                metadata: ["mail": "\(claim.id)", "kind": "\(claim.kind)", "why": "\(error.message)"])
            try await store.failed(claim, error.message, isForGood: error.isForGood, now: Date())
        }
    }

    private func attempt(_ message: MailMessage, _ settings: MailSettings) async -> MailRelayError? {
        do throws(MailRelayError) {
            try await settings.relay.send(
                .init(from: settings.sender.address.text, to: message.to.text, bytes: message.bytes()))
            return nil
        } catch {
            return error
        }
    }

    /// Gives up what is too old, and warns of keys that are about to expire.
    func sweep(now: Date = Date()) async throws {
        try await store.sweep(now: now)
        if settings != nil { try await expiries.warn(now: now) }
    }

    /// What waits, was sent and was given up; never what is in it.
    func list(deadOnly: Bool, as access: Access) async throws -> [QueuedMail] {
        _ = try access.require(.administerInstance, on: .instance)
        return try await store.list(deadOnly: deadOnly)
    }

    func retry(_ id: UUID?, as access: Access) async throws -> Int {
        _ = try access.require(.administerInstance, on: .instance)
        try access.requireSession("Mail is seen to in a browser session, not by a key.")
        let event = AuditEvent(AuditEvent.Actor(access), "mail.retry", on: id?.uuidString.lowercased() ?? "all")
        let count = try await store.retry(id, now: Date(), telling: event)
        guard count > 0 || id == nil else {
            throw Failure(
                .notFound, "There is no such mail, it was sent, or its link is no longer good.", reason: "mail_unknown")
        }
        return count
    }

    /// Sends a mail past the queue; `nil`, or why the relay did not take it.
    func test(_ recipient: String, as access: Access) async throws -> String? {
        _ = try access.require(.administerInstance, on: .instance)
        try access.requireRecentProof()
        guard let settings else {
            throw Failure(
                .conflict, "No mail is sent here: HALLEY_SMTP_URL and HALLEY_MAIL_FROM are not set.",
                reason: "mail_not_configured")
        }
        let address = try MailAddress.required(recipient)
        try await audit.append(AuditEvent(AuditEvent.Actor(access), "mail.test", on: address.text))
        let letter = Letter.test(baseURL: baseURL)
        let message = MailMessage(
            from: settings.sender, to: address, subject: letter.subject, text: letter.text, id: UUID(), date: Date())
        return await attempt(message, settings)?.message
    }
}

extension QueuedMail.Draft {
    fileprivate func sealing(_ link: [UInt8]) -> QueuedMail.Draft {
        QueuedMail.Draft(id: id, kind: kind, causer: causer, fields: fields, sealedLink: link, secondsMax: secondsMax)
    }
}

extension MailAddress {
    /// Throws `.invalid` for what no mail can go to.
    static func required(_ text: String) throws(Failure) -> MailAddress {
        guard let address = MailAddress(text) else {
            throw Failure(
                .invalid, "Mail goes to an address such as ada@example.org, in plain letters.", reason: "email_invalid")
        }
        return address
    }
}

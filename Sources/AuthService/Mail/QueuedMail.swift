import Foundation
import Model

/// A mail that is to be sent, or was: what it is of. Its text is made when it is sent.
struct QueuedMail: Sendable {
    enum State: String, Sendable { case queued, sent, dead }

    let id: UUID
    let kind: String
    let recipient: String
    let state: State
    let attempts: Int32
    let problem: String
    let createdAt: Date
    let dueAt: Date
    let sentAt: Date?

    /// One that somebody asks for, with a link.
    struct Draft: Sendable {
        /// To one address, of one kind, within an hour; and of one causer together.
        static let perRecipientMax = 3
        static let perCauserMax = 50

        var id = UUID.version7()
        let kind: Kind
        let causer: ID<Account>?
        let fields: String
        let sealedLink: [UInt8]
        let secondsMax: Int32
    }

    /// What people ask for. Notices have kinds of their own, which the database makes of the log's actions.
    enum Kind: String, Sendable, CaseIterable { case reset, confirmation, invitation, setup }

    /// One that this process is to send: nobody else does until `lease` has passed.
    struct Claim: Sendable {
        static let lease: TimeInterval = 120

        let id: UUID
        let kind: String
        let recipient: String
        /// The name of the account it is about; empty for whoever has none.
        let account: String
        let fields: [String: String]
        let sealedLink: [UInt8]
        let attempts: Int32
        let createdAt: Date

        /// When it is tried again.
        func next(after now: Date) -> Date {
            now.addingTimeInterval(min(3600, 15 * pow(2, Double(min(attempts, 20) - 1))))
        }
    }

    static func json(_ fields: [String: String]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(fields.mapValues { $0.plain(400) }))
            .map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }

    static func fields(_ json: String) -> [String: String] {
        (try? JSONDecoder().decode([String: String].self, from: Data(json.utf8))) ?? [:]
    }
}

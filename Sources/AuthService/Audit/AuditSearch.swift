import Foundation
import Model

/// Which rows of a log are asked for; what is `nil` leaves nothing out.
struct AuditSearch: Sendable {
    enum Actor: Sendable { case id(UUID), name(String) }
    enum Deed: Sendable {
        case action(String)
        /// `key` for `key.create`, `key.revoke` …
        case noun(String)
    }

    var actor: Actor?
    var deed: Deed?
    var object: String?
    var outcome: AuditEvent.Outcome?
    var from: Int64?
    var to: Int64?
    var credential: ID<Credential>?

    init() {}

    /// Empty texts leave nothing out. An action that ends in `.*` means all of its noun.
    /// Throws `.invalid`, naming the first that cannot be understood.
    init(
        actor: String, action: String, object: String, outcome: String, from: Int64, to: Int64,
        credential: ID<Credential>?
    ) throws(Failure) {
        guard [actor, action, object].allSatisfy({ $0.utf8.count <= 1600 }) else {
            throw Failure(.invalid, "No actor, action or object has a name as long as that.", reason: "filter_invalid")
        }
        if !actor.isEmpty { self.actor = UUID(uuidString: actor).map(Actor.id) ?? .name(actor) }
        if !action.isEmpty {
            let noun = action.hasSuffix(".*") ? String(action.dropLast(2)) : nil
            guard !action.contains("*") || noun.map({ !$0.contains("*") && !$0.contains(".") }) == true else {
                throw Failure(
                    .invalid, "An action is like key.revoke, or key.* for all about keys.", reason: "filter_invalid")
            }
            deed = noun.map(Deed.noun) ?? .action(action)
        }
        if !object.isEmpty { self.object = object }
        if !outcome.isEmpty {
            guard let known = AuditEvent.Outcome(rawValue: outcome) else {
                throw Failure(.invalid, "The outcome is ok or refused.", reason: "filter_invalid")
            }
            self.outcome = known
        }
        if from != 0 { self.from = from }
        if to != 0 { self.to = to }
        self.credential = credential
    }
}

/// Where a page goes on. Its values are bound, and looked for within what the caller may see anyway: a forged one shows
/// nothing more, so it carries no MAC.
struct AuditCursor: Sendable, Equatable {
    let time: Int64
    let workspace: UUID
    let sequence: Int64

    init(after entry: AuditEntry) {
        (time, workspace, sequence) = (entry.timeMicroseconds, entry.workspace, entry.sequence)
    }

    /// Empty is `nil`. Throws `.invalid` when the text is no cursor.
    static func parsed(_ text: String) throws(Failure) -> AuditCursor? {
        if text.isEmpty { return nil }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "1", let time = Int64(parts[1]), let sequence = Int64(parts[2]),
            let workspace = UUID(uuidString: String(parts[3]))
        else { throw Failure(.invalid, "This is no cursor of the audit log.", reason: "cursor_invalid") }
        return AuditCursor(time: time, workspace: workspace, sequence: sequence)
    }

    private init(time: Int64, workspace: UUID, sequence: Int64) {
        (self.time, self.workspace, self.sequence) = (time, workspace, sequence)
    }

    var text: String { "1.\(time).\(sequence).\(workspace.uuidString.lowercased())" }
}

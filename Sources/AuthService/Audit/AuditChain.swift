import Foundation
import Sealing

/// A row as it stands in a chain.
struct AuditEntry: Sendable, Equatable {
    let sequence: Int64
    let timeMicroseconds: Int64
    let actorID: UUID
    let actor: String
    let action: String
    let workspace: UUID
    let object: String
    let outcome: String
    let address: String
    let detail: String
    /// The nil UUID where none is known, and in rows of form 1.
    let credential: UUID
    let request: String
    /// Which fields are hashed: those above `credential` in form 1, all in form 2.
    let form: Int32
    let hash: [UInt8]

    /// Each field as its length, a colon and its bytes: the same bytes that the database has hashed.
    fileprivate var bytes: [UInt8] {
        var fields = [
            workspace.uuidString.lowercased(), "\(sequence)", "\(timeMicroseconds)",
            actorID.uuidString.lowercased(), actor, action, object, outcome, address, detail,
        ]
        if form != 1 { fields += ["\(form)", credential.uuidString.lowercased(), request] }
        return fields.flatMap { Array("\($0.utf8.count):\($0)".utf8) }
    }
}

extension AuditEntry {
    /// What stands in a column that is not hashed does not belong there.
    fileprivate var isOfItsForm: Bool { form == 2 || (form == 1 && credential == .none && request.isEmpty) }
}

/// What checking a chain has found.
enum AuditVerdict: Sendable, Equatable {
    /// Whole up to this row. Whether later ones were cut off only a head kept elsewhere can tell.
    case whole(count: Int64, head: [UInt8])
    /// The first row that does not follow from the one before: it, or one between them, was changed or taken out.
    case broken(at: Int64)
}

/// What checking a chain and comparing it with its published head has found.
enum AuditFinding: Sendable, Equatable {
    case whole(count: Int64, head: [UInt8])
    case broken(at: Int64)
    /// Rows follow from each other, but some at the end, this the first, are no longer there.
    case cut(at: Int64)
    /// Rows follow from each other, but the published one is another than it was: something up to it was written anew.
    case rewritten(upTo: Int64)
}

/// Checks a chain from its beginning, page by page.
struct AuditChain {
    private(set) var verdict = AuditVerdict.whole(count: 0, head: [UInt8](repeating: 0, count: 32))
    private let published: AuditHead?
    /// Whether the published row has been passed and has the published hash; `nil` until then.
    private var agrees: Bool?

    /// `published` is the head that was once written down elsewhere.
    init(published: AuditHead? = nil) {
        self.published = published
    }

    /// What is said of the chain when all its rows were checked.
    var finding: AuditFinding {
        switch (verdict, published, agrees) {
        case (.broken(let place), _, _): .broken(at: place)
        case (.whole(let count, _), let published?, nil) where published.sequence > count:
            .cut(at: count + 1)
        case (.whole, let published?, false): .rewritten(upTo: published.sequence)
        case (.whole(let count, let head), _, _): .whole(count: count, head: head)
        }
    }

    /// Takes the next rows in order. After the first break nothing more is looked at.
    mutating func check(_ entries: [AuditEntry]) {
        for entry in entries {
            guard case .whole(let count, let head) = verdict else { return }
            let follows =
                entry.sequence == count + 1 && entry.isOfItsForm && entry.hash == SHA256.digest(of: head + entry.bytes)
            if entry.sequence == published?.sequence { agrees = entry.hash == published?.hash }
            verdict = follows ? .whole(count: count + 1, head: entry.hash) : .broken(at: count + 1)
        }
    }
}

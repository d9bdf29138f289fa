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
    let hash: [UInt8]

    /// Each field as its length, a colon and its bytes: the same bytes that the database has hashed.
    fileprivate var bytes: [UInt8] {
        let fields = [
            workspace.uuidString.lowercased(), "\(sequence)", "\(timeMicroseconds)",
            actorID.uuidString.lowercased(), actor, action, object, outcome, address, detail,
        ]
        return fields.flatMap { Array("\($0.utf8.count):\($0)".utf8) }
    }
}

/// What checking a chain has found.
enum AuditVerdict: Sendable, Equatable {
    /// Whole up to this row. Whether later ones were cut off only a head kept elsewhere can tell.
    case whole(count: Int64, head: [UInt8])
    /// The first row that does not follow from the one before: it, or one between them, was changed or taken out.
    case broken(at: Int64)
}

/// Checks a chain from its beginning, page by page.
struct AuditChain {
    private(set) var verdict = AuditVerdict.whole(count: 0, head: [UInt8](repeating: 0, count: 32))

    /// Takes the next rows in order. After the first break nothing more is looked at.
    mutating func check(_ entries: [AuditEntry]) {
        for entry in entries {
            guard case .whole(let count, let head) = verdict else { return }
            let follows = entry.sequence == count + 1 && entry.hash == SHA256.digest(of: head + entry.bytes)
            verdict = follows ? .whole(count: count + 1, head: entry.hash) : .broken(at: count + 1)
        }
    }
}

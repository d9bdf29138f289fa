import Foundation
import Model
import Sealing

/// Writes the heads of the chains down outside of the database, and compares the chains with them.
struct AuditWitness: Sendable {
    let store: AuditStore
    let key: Ed25519.PrivateKey
    /// `nil`: nothing is written down.
    let file: HeadsFile?

    /// Writes the file anew when a chain has grown. A chain that is no longer the one whose head was written down keeps
    /// that head: the file would otherwise forget what was there. Answers which chains these are.
    @discardableResult
    func publish(now: Date = Date()) async throws -> [UUID] {
        guard let file else { return [] }
        let known = try read()?.heads ?? [:]
        let found = try await store.heads(of: try await store.chains())
        let grown = found.filter { known[$0.key] != $0.value }
        let standing = try await store.hashes(of: known.filter { grown[$0.key] != nil })
        var (heads, strayed) = (known, known.keys.filter { found[$0] == nil })
        for (workspace, head) in grown {
            if let old = known[workspace], standing[workspace] != old.hash {
                strayed.append(workspace)
            } else {
                heads[workspace] = head
            }
        }
        if heads != known {
            let time = Int64((now.timeIntervalSince1970 * 1_000_000).rounded())
            try file.write(try AuditHeads(timeMicroseconds: time, heads: heads).signed(with: key))
        }
        return strayed.sorted { $0.uuidString < $1.uuidString }
    }

    /// `nil` when nothing was written down yet. Throws `.conflict` when the file was changed by somebody else.
    func read() throws -> AuditHeads? {
        guard let bytes = try file?.read() else { return nil }
        guard let heads = AuditHeads(bytes, signedBy: try key.publicKey) else {
            throw Failure(
                .conflict,
                "The file of the audit log's heads was not signed by this instance, or was changed after that.",
                reason: "heads_invalid")
        }
        return heads
    }
}

/// Where the heads are kept.
public struct HeadsFile: Sendable {
    let read: @Sendable () throws -> [UInt8]?
    let write: @Sendable ([UInt8]) throws -> Void

    /// `read` answers `nil` when there is no file; `write` replaces it as a whole.
    public init(read: @escaping @Sendable () throws -> [UInt8]?, write: @escaping @Sendable ([UInt8]) throws -> Void) {
        self.read = read
        self.write = write
    }
}

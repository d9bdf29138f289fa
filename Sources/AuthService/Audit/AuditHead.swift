import Foundation
import Sealing

/// The last row of a chain at some moment.
struct AuditHead: Sendable, Equatable {
    let sequence: Int64
    let hash: [UInt8]
}

/// The heads of all chains as they are written down outside of the database, signed: who cuts rows off the end of a
/// chain, or goes back to an older database, cannot make these older too (`Docs/formats/audit.md`).
struct AuditHeads: Sendable, Equatable {
    static let title = "halley audit heads 1"

    let timeMicroseconds: Int64
    /// By workspace; the nil UUID is the instance.
    let heads: [UUID: AuditHead]

    private var statement: String {
        var lines = [Self.title, "time_us \(timeMicroseconds)"]
        let ordered = heads.sorted { $0.key.uuidString < $1.key.uuidString }
        for (workspace, head) in ordered {
            lines.append("\(workspace.uuidString.lowercased()) \(head.sequence) \(Self.hexadecimal(head.hash))")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// The statement and, as its last line, the signature over all bytes before that line. No statement reads as an
    /// access, which the same key signs: its third byte ends a protobuf group that nothing has begun.
    func signed(with key: Ed25519.PrivateKey) throws -> [UInt8] {
        let statement = Array(statement.utf8)
        let signature = try key.sign(statement)
        return statement + Array("signature \(Self.hexadecimal(signature))\n".utf8)
    }

    init(timeMicroseconds: Int64, heads: [UUID: AuditHead]) {
        self.timeMicroseconds = timeMicroseconds
        self.heads = heads
    }

    /// `nil` for what is no such file, or was not signed with this key.
    init?(_ bytes: [UInt8], signedBy key: Ed25519.PublicKey) {
        var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.popLast() == "", let last = lines.popLast(), last.hasPrefix("signature "), lines.count >= 2,
            let signature = Self.bytes(last.dropFirst(10))
        else { return nil }
        let statement = bytes.dropLast(last.utf8.count + 1)
        guard key.isSignature(signature, of: Array(statement)), lines[0] == Self.title,
            lines[1].hasPrefix("time_us "), let time = Int64(lines[1].dropFirst(8))
        else { return nil }
        var heads: [UUID: AuditHead] = [:]
        for line in lines.dropFirst(2) {
            let parts = line.split(separator: " ")
            guard parts.count == 3, let workspace = UUID(uuidString: String(parts[0])), let sequence = Int64(parts[1]),
                let hash = Self.bytes(parts[2]), hash.count == SHA256.byteCount
            else { return nil }
            heads[workspace] = AuditHead(sequence: sequence, hash: hash)
        }
        self.init(timeMicroseconds: time, heads: heads)
    }

    private static func hexadecimal(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    private static func bytes(_ text: Substring) -> [UInt8]? {
        var (bytes, rest) = ([UInt8](), text.utf8[...])
        while let high = rest.popFirst() {
            guard let low = rest.popFirst(), let byte = UInt8(String(decoding: [high, low], as: UTF8.self), radix: 16)
            else { return nil }
            bytes.append(byte)
        }
        return bytes
    }
}

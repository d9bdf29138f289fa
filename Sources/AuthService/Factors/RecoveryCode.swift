import Foundation
import Model
import Sealing

/// Stands in for an authenticator that is lost, once: 120 bits, of which the database holds an HMAC.
struct RecoveryCode: Sendable {
    static let count = 10
    private static let byteCount = 15

    private let bytes: [UInt8]

    static func fresh() -> RecoveryCode {
        RecoveryCode(bytes: RandomBytes.make(byteCount))
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    /// In either case, with or without its dashes; `nil` when it cannot be one.
    init?(presented: String) {
        guard presented.utf8.count <= 100, let bytes = Base32.bytes(presented), bytes.count == Self.byteCount else {
            return nil
        }
        self.bytes = bytes
    }

    /// Six groups of four.
    var text: String {
        let digits = Array(Base32.text(bytes))
        return stride(from: 0, to: digits.count, by: 4).map { String(digits[$0..<min($0 + 4, digits.count)]) }
            .joined(separator: "-")
    }

    /// What is digested: one account's code is nothing in another's row.
    func message(of account: ID<Account>) -> [UInt8] { account.bytes + bytes }
}

extension RecoveryCode: CustomStringConvertible, CustomReflectable {
    var description: String { "***" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

/// Ten codes that were just made, and what is kept of them.
struct RecoveryCodes: Sendable {
    let texts: [String]
    let digests: [[UInt8]]
    let pepperVersion: Int32

    static func fresh(for account: ID<Account>, _ peppers: Peppers) -> RecoveryCodes {
        let codes = (0..<RecoveryCode.count).map { _ in RecoveryCode.fresh() }
        return RecoveryCodes(
            texts: codes.map(\.text),
            digests: codes.compactMap { peppers.digests(of: $0, account).first?.digest },
            pepperVersion: peppers.version)
    }
}

extension Peppers {
    /// Under every pepper that is still there, the current one first.
    func digests(of code: RecoveryCode, _ account: ID<Account>) -> [(version: Int32, digest: [UInt8])] {
        derived(for: "recovery codes").map { version, key in
            (version, HMACSHA256.code(for: code.message(of: account), key: key))
        }
    }
}

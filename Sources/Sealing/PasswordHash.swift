import CArgon2
import Foundation

/// A password as it is kept: argon2id (RFC 9106), in the PHC string form.
public struct PasswordHash: Sendable, Equatable {
    public struct Cost: Sendable, Equatable {
        public let memoryKiB: UInt32
        public let passes: UInt32
        public let lanes: UInt32

        public init(memoryKiB: UInt32, passes: UInt32, lanes: UInt32) {
            self.memoryKiB = memoryKiB
            self.passes = passes
            self.lanes = lanes
        }

        /// OWASP's first choice with one pass; about 50 ms on a server core.
        public static let standard = Cost(memoryKiB: 47_104, passes: 1, lanes: 1)
    }

    /// `$argon2id$v=19$m=47104,t=1,p=1$salt$hash`.
    public let phc: String

    public init(phc: String) {
        self.phc = phc
    }

    /// Blocks for as long as hashing takes: call it through `PasswordHasher`.
    init(of password: String, cost: Cost) throws(SealingError) {
        let (salt, bytes) = (RandomBytes.make(16), Self.normal(password))
        let length = argon2_encodedlen(cost.passes, cost.memoryKiB, cost.lanes, 16, 32, Argon2_id)
        var encoded = [CChar](repeating: 0, count: length)
        let code = argon2id_hash_encoded(
            cost.passes, cost.memoryKiB, cost.lanes, bytes, bytes.count, salt, salt.count, 32, &encoded, length)
        guard code == ARGON2_OK.rawValue else { throw .library(code) }
        phc = String(decoding: encoded.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Blocks for as long as hashing takes. A string that is no PHC string matches nothing.
    func matches(_ password: String) -> Bool {
        let bytes = Self.normal(password)
        return argon2id_verify(phc, bytes, bytes.count) == ARGON2_OK.rawValue
    }

    /// Made with another cost than `cost`: hash again at the next sign-in, when the password is at hand.
    public func needsRehash(for cost: Cost) -> Bool {
        let parts = phc.split(separator: "$")
        return parts.count != 5 || parts[0] != "argon2id" || parts[1] != "v=19"
            || parts[2] != "m=\(cost.memoryKiB),t=\(cost.passes),p=\(cost.lanes)"
    }

    /// One person types ä as one code point and another as two: both are the same password (SP 800-63B, NFC).
    private static func normal(_ password: String) -> [UInt8] {
        Array(password.precomposedStringWithCanonicalMapping.utf8)
    }
}

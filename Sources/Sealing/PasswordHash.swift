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
    init(of password: String, cost: Cost, by digester: Digester = .inPlace) throws(SealingError) {
        let salt = RandomBytes.make(16)
        let digest = try digester.compute(DigestOrder(Self.normal(password), salt: salt, cost: cost, length: 32))
        phc = PHC(cost: cost, salt: salt, digest: digest).text
    }

    /// Blocks for as long as hashing takes. A string that is no PHC string matches nothing.
    func matches(_ password: String, by digester: Digester = .inPlace) -> Bool {
        guard let kept = PHC(phc) else { return false }
        let digest = try? digester.compute(
            DigestOrder(Self.normal(password), salt: kept.salt, cost: kept.cost, length: kept.digest.count))
        return digest.map { constantTimeEqual($0, kept.digest) } ?? false
    }

    /// Made with another cost than `cost`: hash again at the next sign-in, when the password is at hand.
    public func needsRehash(for cost: Cost) -> Bool {
        PHC(phc)?.cost != cost
    }

    /// One person types ä as one code point and another as two: both are the same password (SP 800-63B, NFC).
    private static func normal(_ password: String) -> [UInt8] {
        Array(password.precomposedStringWithCanonicalMapping.utf8)
    }
}

/// The parts of `$argon2id$v=19$m=47104,t=1,p=1$salt$digest`, the last two in Base64 without padding.
private struct PHC {
    let cost: PasswordHash.Cost
    let salt: [UInt8]
    let digest: [UInt8]

    var text: String {
        let name = "$argon2id$v=19$m=\(cost.memoryKiB),t=\(cost.passes),p=\(cost.lanes)"
        return "\(name)$\(Self.base64(salt))$\(Self.base64(digest))"
    }

    init(cost: PasswordHash.Cost, salt: [UInt8], digest: [UInt8]) {
        (self.cost, self.salt, self.digest) = (cost, salt, digest)
    }

    init?(_ text: String) {
        let parts = text.split(separator: "$", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19" else { return nil }
        let costs = parts[3].split(separator: ",", omittingEmptySubsequences: false)
        guard costs.count == 3, let memory = Self.number(costs[0], "m="), let passes = Self.number(costs[1], "t="),
            let lanes = Self.number(costs[2], "p="), let salt = Self.bytes(parts[4]), let digest = Self.bytes(parts[5])
        else { return nil }
        self.init(
            cost: PasswordHash.Cost(memoryKiB: memory, passes: passes, lanes: lanes), salt: salt, digest: digest)
    }

    private static func number(_ text: Substring, _ name: String) -> UInt32? {
        text.hasPrefix(name) ? UInt32(text.dropFirst(name.count)) : nil
    }

    private static func base64(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString().filter { $0 != "=" }
    }

    private static func bytes(_ text: String) -> [UInt8]? {
        let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        return Data(base64Encoded: text + padding).map { [UInt8]($0) }
    }
}

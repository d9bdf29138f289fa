public import Foundation

/// Codes that an authenticator shows (RFC 6238 over RFC 4226): SHA-1, steps of 30 seconds from 1970 on.
public struct TOTP: Sendable {
    /// 160 bits: as many as SHA-1 has, and what RFC 4226 §4 recommends.
    public static let seedBytes = 20
    public static let secondsPerStep: Int64 = 30
    public static let digitsUsual = 6
    /// How many steps the authenticator's clock, or the typing, may be behind or ahead (RFC 6238 §5.2).
    public static let driftStepsMax: Int64 = 1

    private let seed: Secret
    private let digits: Int

    public init(seed: Secret, digits: Int = digitsUsual) {
        self.seed = seed
        self.digits = digits
    }

    public static func step(at time: Date) -> Int64 {
        Int64((time.timeIntervalSince1970 / Double(secondsPerStep)).rounded(.down))
    }

    public func code(at step: Int64) -> String {
        let counter = (0..<8).map { UInt8(truncatingIfNeeded: step >> Int64(56 - 8 * $0)) }
        let hash = HMAC.code("SHA1", byteCount: 20, for: counter, key: seed.bytes)
        let offset = Int(hash[19] & 15)
        let number = hash[offset..<(offset + 4)].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7fff_ffff
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.count)) + text.suffix(digits)
    }

    /// The step whose code this is, within the drift around `time`; the newest if it is that of several. Spaces in the
    /// code are how some people and apps write it. Every step is computed, whichever fits.
    public func step(of code: String, at time: Date) -> Int64? {
        let given = Array(code.utf8.filter { $0 != UInt8(ascii: " ") })
        let now = Self.step(at: time)
        var found: Int64?
        for step in (now - Self.driftStepsMax)...(now + Self.driftStepsMax)
        where constantTimeEqual(given, Array(self.code(at: step).utf8)) {
            found = step
        }
        return found
    }
}

public import Foundation

/// Names a row of one kind, so that an experiment's id cannot be passed for an account's.
public struct ID<Subject>: Hashable, Sendable {
    public let uuid: UUID

    public init(_ uuid: UUID) {
        self.uuid = uuid
    }

    /// A new id: UUIDv7 (RFC 9562 §5.7), so that rows made one after the other lie side by side.
    public static func fresh() -> ID {
        ID(.version7())
    }

    /// From the usual text form, in either case; `nil` when it is none.
    public init?(_ text: String) {
        guard let uuid = UUID(uuidString: text) else { return nil }
        self.uuid = uuid
    }

    /// From 16 bytes; `nil` when they are more or fewer.
    public init?(bytes: some Sequence<UInt8>) {
        guard let uuid = UUID(bytes: bytes) else { return nil }
        self.uuid = uuid
    }

    /// 36 characters, lower case.
    public var text: String { uuid.text }

    /// 16 bytes, as they travel.
    public var bytes: [UInt8] { uuid.byteArray }
}

extension ID: CustomStringConvertible {
    public var description: String { text }
}

/// A person or a service account.
public enum Account {}
public enum Workspace {}
public enum Project {}
public enum Experiment {}
public enum Asset {}
/// An API key or a session.
public enum Credential {}

extension UUID {
    /// RFC 9562 §5.7: 48 bits of Unix milliseconds, then random bits.
    public static func version7(now: Date = Date()) -> UUID {
        let milliseconds = UInt64(max(0, now.timeIntervalSince1970 * 1000))
        var generator = SystemRandomNumberGenerator()
        let (high, low) = (generator.next(), generator.next())
        func time(_ shift: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: milliseconds >> shift) }
        func random(_ word: UInt64, _ shift: UInt64) -> UInt8 { UInt8(truncatingIfNeeded: word >> shift) }
        return UUID(
            uuid: (
                time(40), time(32), time(24), time(16), time(8), time(0),
                0x70 | (random(high, 0) & 0x0f), random(high, 8),
                0x80 | (random(high, 16) & 0x3f), random(high, 24), random(low, 0), random(low, 8),
                random(low, 16), random(low, 24), random(low, 32), random(low, 40)
            ))
    }

    public init?(bytes: some Sequence<UInt8>) {
        let array = Array(bytes)
        guard array.count == 16 else { return nil }
        self = array.withUnsafeBytes { UUID(uuid: $0.loadUnaligned(as: uuid_t.self)) }
    }

    /// 36 characters, lower case.
    public var text: String {
        withUnsafeBytes(of: uuid) { bytes in
            String(unsafeUninitializedCapacity: 36) { out in
                var at = 0
                for (place, byte) in bytes.enumerated() {
                    if place == 4 || place == 6 || place == 8 || place == 10 {
                        out[at] = UInt8(ascii: "-")
                        at += 1
                    }
                    out[at] = Self.digit(byte >> 4)
                    out[at + 1] = Self.digit(byte & 15)
                    at += 2
                }
                return at
            }
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
    }

    public var byteArray: [UInt8] {
        withUnsafeBytes(of: uuid) { Array($0) }
    }
}

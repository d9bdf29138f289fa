import Foundation
import Glibc

/// An address of the Internet: 4 or 16 bytes.
public struct IPAddress: Sendable, Hashable, CustomStringConvertible {
    public let bytes: [UInt8]

    /// From 4 or 16 bytes. An IPv4 address that is written as an IPv6 one (`::ffff:a.b.c.d`) is the IPv4 address.
    init?(bytes: [UInt8]) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        let isMapped = bytes.count == 16 && bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10..<12] == [255, 255]
        self.bytes = isMapped ? Array(bytes.suffix(4)) : bytes
    }

    /// From its usual text only: `127.1`, `0x7f.1` and zones are none.
    public init?(_ text: String) {
        var four = [UInt8](repeating: 0, count: 4)
        var sixteen = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(bytes: four)
        } else if inet_pton(AF_INET6, text, &sixteen) == 1 {
            self.init(bytes: sixteen)
        } else {
            return nil
        }
    }

    init?(_ address: UnsafePointer<sockaddr>) {
        switch Int32(address.pointee.sa_family) {
        case AF_INET:
            let bytes = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                withUnsafeBytes(of: $0.pointee.sin_addr) { Array($0) }
            }
            self.init(bytes: bytes)
        case AF_INET6:
            let bytes = address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) {
                withUnsafeBytes(of: $0.pointee.sin6_addr) { Array($0) }
            }
            self.init(bytes: bytes)
        default: return nil
        }
    }

    /// Whether it may be anybody's on the Internet: not this machine, this network, or kept for some purpose
    /// (RFC 6890 and its registry). Of a translated one (RFC 6052) the IPv4 address within counts.
    public var isPublic: Bool {
        if bytes.count == 4 { return !Self.kept4.contains { $0.contains(self) } }
        if let prefix = Network("64:ff9b::/96"), prefix.contains(self) {
            return IPAddress(bytes: Array(bytes.suffix(4)))?.isPublic ?? false
        }
        return bytes[0] & 0xe0 == 0x20 && !Self.kept6.contains { $0.contains(self) }
    }

    public var description: String {
        guard bytes.count == 16 else { return bytes.map { "\($0)" }.joined(separator: ".") }
        return stride(from: 0, to: 16, by: 2)
            .map { String(Int(bytes[$0]) << 8 | Int(bytes[$0 + 1]), radix: 16) }.joined(separator: ":")
    }

    private static let kept4 = [
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
        "224.0.0.0/3",
    ].compactMap { Network($0) }

    /// Within 2000::/3: Teredo and its neighbours, documentation, 6to4.
    private static let kept6 = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"].compactMap { Network($0) }
}

/// A range of addresses, as `10.0.0.0/8`.
public struct Network: Sendable, Hashable {
    let address: IPAddress
    let bits: Int

    /// A single address is a range of one. Bits behind the prefix must be zero, so that a slip is noticed.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let address = IPAddress(String(parts[0])) else { return nil }
        let bitsMax = address.bytes.count * 8
        guard let bits = parts.count == 2 ? Int(parts[1]) : bitsMax, (0...bitsMax).contains(bits) else { return nil }
        self.address = address
        self.bits = bits
        guard Self.masked(address.bytes, bits) == address.bytes else { return nil }
    }

    public func contains(_ other: IPAddress) -> Bool {
        other.bytes.count == address.bytes.count && Self.masked(other.bytes, bits) == address.bytes
    }

    private static func masked(_ bytes: [UInt8], _ bits: Int) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let kept = min(8, max(0, bits - index * 8))
            return byte & UInt8(truncatingIfNeeded: 0xff00 >> kept)
        }
    }
}

import Foundation

/// An address that may be asked for, in the one form that all readers of it understand alike.
public struct EgressURL: Sendable, Hashable, CustomStringConvertible {
    public let isTLS: Bool
    /// Lower case, without brackets and without a dot at the end.
    public let host: String
    public let port: Int
    /// As it was given, with the host in its plain form.
    public let text: String

    /// Set when the host is a number.
    let address: IPAddress?

    /// Throws `.malformed` for whatever is not plainly `http(s)://host[:port]/path?query`: a user or password, a
    /// fragment, backslashes and spaces, hosts outside of ASCII, numbers that are no usual address (`127.1`,
    /// `0x7f000001`, `017700000001`).
    public init(_ text: String) throws(EgressError) {
        guard text.utf8.count <= 2048, text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != 0x5c }) else {
            throw .malformed
        }
        let schemes = [("https://", true), ("http://", false)]
        guard let scheme = schemes.first(where: { text.lowercased().hasPrefix($0.0) }) else { throw .malformed }
        let rest = text.dropFirst(scheme.0.count)
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !rest.contains("#"), !authority.contains("@"), !authority.contains("%") else { throw .malformed }
        let (name, port) = try Self.split(authority, port: scheme.1 ? 443 : 80)
        var host = name.lowercased()
        if host.hasSuffix(".") { host.removeLast() }
        address = try Self.address(host)
        isTLS = scheme.1
        self.host = host
        self.port = port
        let shown = host.contains(":") ? "[\(host)]" : host
        let path = rest.dropFirst(authority.count)
        self.text = "\(scheme.0)\(shown):\(port)\(path.hasPrefix("/") ? "" : "/")\(path)"
    }

    public var description: String { text }

    private static func split(_ authority: Substring, port: Int) throws(EgressError) -> (String, Int) {
        var (name, tail) = (authority, Substring())
        if authority.hasPrefix("[") {
            guard let close = authority.firstIndex(of: "]") else { throw .malformed }
            name = authority[authority.index(after: authority.startIndex)..<close]
            tail = authority[authority.index(after: close)...]
            guard name.contains(":") else { throw .malformed }
        } else if let colon = authority.firstIndex(of: ":") {
            (name, tail) = (authority[..<colon], authority[colon...])
        }
        if tail.isEmpty { return (String(name), port) }
        let digits = tail.dropFirst()
        guard tail.hasPrefix(":"), digits.allSatisfy({ $0.isASCII && $0.isNumber }), let port = Int(digits),
            (1...65535).contains(port)
        else { throw .malformed }
        return (String(name), port)
    }

    /// The address that a host is, or `nil` for a name. A name's last part is no number, as the URL standard has it:
    /// what looks like one would be read as an address by some and looked up by others.
    private static func address(_ host: String) throws(EgressError) -> IPAddress? {
        if let address = IPAddress(host) { return address }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        let isName = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count)
                && label.utf8.allSatisfy {
                    (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d || $0 == 0x5f
                }
        }
        guard isName, host.utf8.count <= 253, let last = labels.last else { throw .malformed }
        let isNumber = last.allSatisfy(\.isNumber) || last.hasPrefix("0x")
        guard !isNumber else { throw .malformed }
        return nil
    }
}

/// Why nothing came back. People who typed an address are told `notReachable` at most; the log may know the rest.
public enum EgressError: Error, Sendable, Equatable {
    /// Not an address that is asked for at all.
    case malformed
    /// Encryption is needed to go there.
    case plain
    /// The port, or an address behind the name, may not be reached from here.
    case forbidden
    case unresolved
    case unreachable
    case tooLarge
    case timedOut
    /// Too many requests are under way.
    case busy
}

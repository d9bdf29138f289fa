import Foundation

/// Where a directory is, and how people are found in it.
public struct DirectorySettings: Sendable, Hashable {
    /// `ldaps://host[:port]` or `ldap://host[:port]`.
    public let url: String
    /// Encrypt an `ldap://` connection (RFC 4511 §4.14) before anything is said.
    public let startTLS: Bool
    /// Certificates in PEM that are trusted here, and no others; empty: those of the system.
    public let authority: String
    /// Who this instance is there; empty: nobody, and the directory answers anonymous questions.
    public let bindDN: String
    public let baseDN: String
    /// With `{name}` where the name stands that somebody has typed.
    public let userFilter: String
    public let groupBaseDN: String
    /// With `{dn}` or `{name}` of the person's entry. Empty: groups stand in the entry itself.
    public let groupFilter: String

    public init(
        url: String, startTLS: Bool, authority: String, bindDN: String, baseDN: String, userFilter: String,
        groupBaseDN: String, groupFilter: String
    ) {
        (self.url, self.startTLS, self.authority) = (url, startTLS, authority)
        (self.bindDN, self.baseDN, self.userFilter) = (bindDN, baseDN, userFilter)
        (self.groupBaseDN, self.groupFilter) = (groupBaseDN, groupFilter)
    }

    /// Throws `.malformed`, naming the first field that cannot be used.
    public func check() throws(DirectoryError) {
        _ = try DirectoryPlace(self)
        for (field, name) in [("bind_dn", bindDN), ("base_dn", baseDN), ("group_base_dn", groupBaseDN)] {
            guard DistinguishedName.key(name) != nil else { throw .malformed(field) }
        }
        guard !baseDN.isEmpty else { throw .malformed("base_dn") }
        guard DirectoryFilter.isWhole(userFilter), userFilter.contains("{name}"), !userFilter.contains("{dn}") else {
            throw .malformed("user_filter")
        }
        guard groupFilter.isEmpty == groupBaseDN.isEmpty else { throw .malformed("group_base_dn") }
        guard
            groupFilter.isEmpty
                || DirectoryFilter.isWhole(groupFilter)
                    && (groupFilter.contains("{dn}") || groupFilter.contains("{name}"))
        else { throw .malformed("group_filter") }
    }
}

/// A directory's address, and how it is spoken to.
public struct DirectoryPlace: Sendable, Hashable {
    public enum Security: Sendable { case tls, startTLS, plain }

    /// Certificates are a few kilobytes each.
    static let authorityBytesMax = 64 << 10

    /// Without brackets.
    public let host: String
    public let port: Int
    public let security: Security
    let authority: String

    /// Throws `.malformed("url")`, or `.malformed("certificate_authority")`.
    public init(_ settings: DirectorySettings) throws(DirectoryError) {
        let parts = URLComponents(string: settings.url)
        guard let parts, let scheme = parts.scheme?.lowercased(), scheme == "ldap" || scheme == "ldaps",
            let found = parts.host, !found.isEmpty, found.utf8.count <= 253,
            parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil,
            parts.path.isEmpty || parts.path == "/"
        else { throw .malformed("url") }
        let name = found.hasPrefix("[") && found.hasSuffix("]") ? String(found.dropFirst().dropLast()) : found
        guard name.utf8.allSatisfy(Self.isOfHost) else { throw .malformed("url") }
        guard (1...65535).contains(parts.port ?? 1) else { throw .malformed("url") }
        host = name.lowercased()
        port = parts.port ?? (scheme == "ldaps" ? 636 : 389)
        security = scheme == "ldaps" ? .tls : settings.startTLS ? .startTLS : .plain
        authority = settings.authority
        guard authority.isEmpty || Self.isCertificate(authority) else { throw .malformed("certificate_authority") }
    }

    /// This machine, by a name or number that is nothing else.
    public var isLoopback: Bool {
        host == "localhost" || host == "::1"
            || host.hasPrefix("127.") && host.utf8.allSatisfy { $0 == 0x2e || (0x30...0x39).contains($0) }
                && host.split(separator: ".").count == 4
    }

    /// As libldap wants it: the certificate is compared with the host that stands here.
    var address: String {
        "\(security == .tls ? "ldaps" : "ldap")://\(host.contains(":") ? "[\(host)]" : host):\(port)"
    }

    private static func isOfHost(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
            || [0x2d, 0x2e, 0x3a, 0x5f].contains(byte)
    }

    private static func isCertificate(_ text: String) -> Bool {
        text.utf8.count <= authorityBytesMax && text.contains("-----BEGIN CERTIFICATE-----")
            && !text.contains("PRIVATE KEY")
    }
}

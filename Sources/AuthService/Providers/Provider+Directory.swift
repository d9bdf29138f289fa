import Directory
import Egress
import Foundation
import Model

extension Provider {
    /// What groups are compared by: a name in a directory can be written in several ways.
    func groupKey(_ group: String) -> String {
        kind == .ldap ? DistinguishedName.key(group) ?? group : group
    }

    /// Passwords go there: without TLS to this machine alone, or where its operator says so.
    func checkDirectory(_ egress: Egress) throws(Failure) {
        guard let directory else { throw Self.wrong("A directory needs a url.", "url") }
        do throws(DirectoryError) {
            try directory.check()
            let place = try DirectoryPlace(directory)
            guard place.security != .plain || place.isLoopback || Self.isAllowed(place, egress) else {
                throw .malformed("start_tls")
            }
        } catch {
            let field = if case .malformed(let field) = error { field } else { "url" }
            throw Self.wrong(Self.rules[field] ?? "\(field) is not the name of an entry (RFC 4514).", field)
        }
        for (field, attribute) in [
            ("subject_claim", subjectClaim), ("name_claim", nameClaim), ("email_claim", emailClaim),
            ("group_claim", groupClaim),
        ] where !attribute.utf8.allSatisfy(Self.isOfAttribute) {
            throw Self.wrong("\(field) is the name of an attribute: letters, digits, - and dots.", field)
        }
    }

    /// Whether a password that was given for `before` goes where it went, under the same name.
    func keepsTrust(of before: Provider) -> Bool {
        guard let now = directory, let then = before.directory, !now.bindDN.isEmpty else { return true }
        return [now.url, now.authority, now.bindDN] == [then.url, then.authority, then.bindDN]
            && now.startTLS == then.startTLS
    }

    private static func isAllowed(_ place: DirectoryPlace, _ egress: Egress) -> Bool {
        let host = place.host.contains(":") ? "[\(place.host)]" : place.host
        guard let url = try? EgressURL("http://\(host):\(place.port)") else { return false }
        return (try? egress.check(url)) != nil
    }

    private static func isOfAttribute(_ byte: UInt8) -> Bool {
        (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
            || byte == 0x2d || byte == 0x2e
    }

    private static let rules = [
        "url": "url is ldaps://HOST or ldap://HOST, with a port if it is not the usual one, and nothing behind it.",
        "certificate_authority": "certificate_authority holds certificates in PEM, at most 64 KiB, and no private key.",
        "start_tls":
            "Without TLS passwords would be read on their way. Use ldaps:// or start_tls; a place where it may "
            + "be done without is for who runs the machine to allow (HALLEY_EGRESS_ALLOW).",
        "user_filter": "user_filter is one filter in parentheses with {name} where the name stands: (uid={name}).",
        "group_base_dn": "group_filter and group_base_dn come together, or not at all.",
        "group_filter": "group_filter is one filter in parentheses with {dn} or {name} of the person: (member={dn}).",
    ]
}

extension Identity {
    /// What stands in somebody's entry. The address is the directory's word.
    init(_ entry: DirectoryEntry, of provider: Provider) throws(SignInRefusal) {
        let subjects = entry.values(provider.subjectClaim)
        // Of two values nobody could say which of them somebody is.
        guard subjects.count == 1 else { throw SignInRefusal(.subjectMalformed) }
        var claims: [String: ClaimValue] = [:]
        for claim in [provider.nameClaim, provider.emailClaim] {
            claims[claim] = entry.values(claim).first.map { .text($0) }
        }
        if !provider.groupClaim.isEmpty {
            claims[provider.groupClaim] = .list(entry.values(provider.groupClaim).map { .text($0) })
        }
        claims["email_verified"] = .flag(true)
        try self.init(Claims(claims), subject: subjects[0], of: provider)
    }
}

extension SignInRefusal {
    init(_ error: DirectoryError) {
        switch error {
        case .malformed, .unresolved, .unreachable, .timedOut, .busy: self.init(.directoryUnreachable)
        case .untrusted: self.init(.directoryUntrusted)
        case .notAdmitted: self.init(.directoryNotAdmitted)
        case .notAnswered: self.init(.directoryNotAnswered)
        case .unknownUser: self.init(.userUnknown)
        case .ambiguousUser: self.init(.userAmbiguous)
        case .wrongPassword: self.init(.passwordWrong)
        case .tooManyGroups: self.init(.groupsTooMany)
        case .partialGroups: self.init(.groupsElsewhere)
        }
    }
}

import Foundation

/// Who somebody is, asked of a directory with a name and a password.
public struct DirectoryQuestion: Sendable {
    /// Groups that are in groups are followed so far.
    static let depthMax = 10
    public static let groupsMax: Int32 = 2000
    /// So many groups are asked about in one search.
    private static let groupsAtOnce = 50
    /// No attributes (RFC 4511 §4.5.1.8).
    static let nothing = ["1.1"]

    let settings: DirectorySettings
    let place: DirectoryPlace
    /// Of `settings.bindDN`.
    let secret: [UInt8]
    /// Which attributes are asked for; `name` fills group filters, `groups` gets the names of groups.
    let attributes: [String]
    let name: String
    let groups: String

    /// Throws `.malformed`, naming the first setting that cannot be used.
    public init(
        _ settings: DirectorySettings, secret: [UInt8], attributes: [String], name: String, groups: String
    ) throws(DirectoryError) {
        try settings.check()
        (self.settings, self.secret, self.attributes) = (settings, secret, attributes.filter { !$0.isEmpty })
        (self.name, self.groups) = (name, groups)
        place = try DirectoryPlace(settings)
    }

    /// Asked as nobody.
    public var isAnonymous: Bool { settings.bindDN.isEmpty && secret.isEmpty }

    /// The entry of whoever has this name and this password. The password is proven by the directory, under the name
    /// that the entry has there; of many entries none is meant.
    func answer(_ typed: String, _ password: [UInt8], until: Date) throws(DirectoryError) -> DirectoryEntry {
        let session = try admitted(until)
        let filter = DirectoryFilter.filled(settings.userFilter, ["name": typed])
        let found = try session.search(settings.baseDN, filter, attributes, limit: 2)
        guard !found.hasMore, found.entries.count < 2 else { throw .ambiguousUser }
        guard let entry = found.entries.first else { throw .unknownUser }
        guard try session.bind(entry.dn, password) == .yes else { throw .wrongPassword }
        guard !entry.isPartial(groups) else { throw .partialGroups }
        guard !settings.groupFilter.isEmpty, !groups.isEmpty else { return entry }
        // What somebody may see of groups is not theirs to say.
        guard try session.bind(settings.bindDN, secret) == .yes else { throw .notAdmitted }
        return entry.with(groups, try groups(of: entry, session))
    }

    func admitted(_ until: Date) throws(DirectoryError) -> DirectorySession {
        let session = try DirectorySession(place, until: until)
        guard try session.bind(settings.bindDN, secret) == .yes else { throw .notAdmitted }
        return session
    }

    private func groups(of entry: DirectoryEntry, _ session: DirectorySession) throws(DirectoryError) -> [String] {
        let names = entry.values(name)
        var found: [String: String] = [:]
        var edge = try groups(["dn": entry.dn, "name": names.count == 1 ? names[0] : ""], session)
        var depth = 1
        while !edge.isEmpty {
            let new = edge.filter { dn in DistinguishedName.key(dn).map { found[$0] == nil } ?? false }
            for dn in new { found[DistinguishedName.key(dn) ?? dn] = dn }
            guard found.count <= Self.groupsMax else { throw .tooManyGroups }
            // A filter by name says who is in a group, not which groups are in one.
            guard depth < Self.depthMax, !settings.groupFilter.contains("{name}") else { break }
            (edge, depth) = (try groups(holding: new, session), depth + 1)
        }
        return found.values.sorted()
    }

    private func groups(holding inner: [String], _ session: DirectorySession) throws(DirectoryError) -> [String] {
        var found: [String] = []
        for start in stride(from: 0, to: inner.count, by: Self.groupsAtOnce) {
            let some = inner[start..<min(start + Self.groupsAtOnce, inner.count)]
            let filters = some.map { DirectoryFilter.filled(settings.groupFilter, ["dn": $0]) }
            found += try search("(|\(filters.joined()))", session)
        }
        return found
    }

    private func groups(
        _ values: KeyValuePairs<String, String>, _ session: DirectorySession
    ) throws(DirectoryError) -> [String] {
        try search(DirectoryFilter.filled(settings.groupFilter, values), session)
    }

    private func search(_ filter: String, _ session: DirectorySession) throws(DirectoryError) -> [String] {
        let found = try session.search(settings.groupBaseDN, filter, Self.nothing, limit: Self.groupsMax)
        guard !found.hasMore else { throw .tooManyGroups }
        return found.entries.map(\.dn)
    }

    // MARK: Trying the settings out

    /// Connects, says who it is, and looks whether the base is there.
    func tryOut(until: Date) throws(DirectoryError) {
        let session = try admitted(until)
        let base = try session.search(
            settings.baseDN, "(objectClass=*)", Self.nothing, scope: .base, limit: 1)
        guard base.entries.count == 1 else { throw .notAnswered }
        // Nobody has this name; the filter is read all the same.
        let filter = DirectoryFilter.filled(settings.userFilter, ["name": "halley-is-asking"])
        _ = try session.search(settings.baseDN, filter, Self.nothing, limit: 1)
        guard !settings.groupFilter.isEmpty else { return }
        _ = try session.search(settings.groupBaseDN, "(objectClass=*)", Self.nothing, scope: .base, limit: 1)
        _ = try groups(["dn": settings.baseDN, "name": "halley-is-asking"], session)
    }
}

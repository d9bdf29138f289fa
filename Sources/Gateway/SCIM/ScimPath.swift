import HotJSON
import Model

/// Which values an operation of a PATCH means (RFC 7644 §3.5.2): `active`, `name.givenName`,
/// `emails[type eq "work"].value`.
struct ScimPath: Sendable {
    /// `nil`: one that is not kept here, which is let go without a word: directories send what they have.
    let attribute: String?
    let filter: ScimFilter?
    let part: String?

    /// Throws `.invalid`: `path_invalid`, `filter_invalid`.
    init(_ text: String) throws(Failure) {
        var rest = ScimName.bare(text)[...]
        let isForeign = rest.lowercased().hasPrefix("urn:")
        let name = isForeign ? rest : rest.prefix { $0 != "." && $0 != "[" }
        guard !name.isEmpty, text.utf8.count <= ScimFilter.bytesMax, !name.contains(" ") || isForeign else {
            throw Self.refusal
        }
        rest = rest.dropFirst(name.count)
        var filter: ScimFilter?
        if rest.first == "[" {
            guard let end = rest.lastIndex(of: "]") else { throw Self.refusal }
            filter = try ScimFilter(String(rest[rest.index(after: rest.startIndex)..<end]))
            rest = rest[rest.index(after: end)...]
        }
        guard rest.isEmpty || rest.first == "." && rest.count > 1 else { throw Self.refusal }
        let part = rest.isEmpty ? nil : ScimName.known(String(rest.dropFirst()))
        // A part that is not kept leaves nothing to do.
        attribute = !rest.isEmpty && part == nil ? nil : ScimName.known(String(name))
        (self.filter, self.part) = (filter, part)
    }

    /// As an operation names it: what only this server says cannot be changed.
    static func writable(_ text: String) throws(Failure) -> ScimPath {
        let name = ScimName.bare(text).prefix { $0 != "." && $0 != "[" }.lowercased()
        guard !ScimName.readOnly.contains(name) else {
            throw Failure(.invalid, "\(name) is for this server to say.", reason: "mutability")
        }
        return try ScimPath(text)
    }

    private static let refusal = Failure(.invalid, "This path cannot be read.", reason: "path_invalid")
}

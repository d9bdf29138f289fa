/// What a directory holds of somebody.
public struct DirectoryEntry: Sendable, Equatable {
    /// Values of these are bytes; they are given in hexadecimal.
    static let binary: Set<String> = ["objectguid", "objectsid"]

    public let dn: String
    /// By names in lower case. A value that is no text is left out.
    private let values: [String: [String]]

    init(dn: String, values: [String: [String]]) {
        (self.dn, self.values) = (dn, values)
    }

    public func values(_ attribute: String) -> [String] {
        values[attribute.lowercased()] ?? []
    }

    /// Some directories give long lists piece by piece, as `memberOf;range=0-1499`.
    func isPartial(_ attribute: String) -> Bool {
        let prefix = attribute.lowercased() + ";range="
        return values.keys.contains { $0.hasPrefix(prefix) }
    }

    func with(_ attribute: String, _ found: [String]) -> DirectoryEntry {
        DirectoryEntry(dn: dn, values: values.merging([attribute.lowercased(): found]) { $1 })
    }

    static func text(_ bytes: [UInt8], of attribute: String) -> String? {
        guard !binary.contains(attribute) else {
            return bytes.map { ($0 < 0x10 ? "0" : "") + String($0, radix: 16) }.joined()
        }
        return String(validating: bytes, as: UTF8.self)
    }
}

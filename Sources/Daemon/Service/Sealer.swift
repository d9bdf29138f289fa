public import Sealing

/// A key of the data folder, and the place for which it seals: what was sealed for one opens nowhere else.
public struct Sealer: Sendable {
    private let key: SealingKey
    private let place: String

    /// Throws `.unavailable` when the key is missing or has the wrong length.
    public init(_ name: String, place: String, in home: Home) throws {
        key = try SealingKey(id: 1, try SecretKeys.secret(name, in: home))
        self.place = place
    }

    public func seal(_ bytes: [UInt8]) throws(SealingError) -> [UInt8] {
        try Sealed.seal(Secret(bytes), with: key, place: place)
    }

    /// Throws `.cannotOpen` for what was changed, or was sealed with another key or for another place.
    public func open(_ sealed: [UInt8]) throws(SealingError) -> [UInt8] {
        try Sealed.open(sealed, with: [key], place: place).bytes
    }
}

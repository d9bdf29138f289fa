import Foundation
import Sealing

/// The keys that a provider signs with (RFC 7517). Keys of kinds and uses that are not believed are left out.
struct KeySet: Sendable {
    static let keysMax = 100

    struct Entry: Sendable {
        let id: String?
        let ways: Set<VerificationKey.Signature>
        let key: VerificationKey
    }

    let entries: [Entry]

    /// `nil` unless the bytes are a key set.
    init?(json bytes: [UInt8]) {
        guard case .list(let keys)? = Claims(json: bytes)?.values["keys"], keys.count <= Self.keysMax else {
            return nil
        }
        entries = keys.compactMap { value in
            guard case .object(let members) = value else { return nil }
            return Entry(Claims(members))
        }
    }

    enum Found: Sendable {
        case key(VerificationKey)
        /// A key of this name may have come since the set was read.
        case unknown
    }

    /// The key that a token names. A token that names none may only mean the one key there is of its kind.
    func find(_ id: String?, for way: VerificationKey.Signature) -> Found {
        let fitting = entries.filter { $0.ways.contains(way) && (id == nil || $0.id == id) }
        guard fitting.count == 1, let entry = fitting.first else { return .unknown }
        return .key(entry.key)
    }
}

extension KeySet.Entry {
    fileprivate init?(_ members: Claims) {
        let use = members.text("use") ?? "sig"
        let operations = members["key_ops"]?.texts ?? ["verify"]
        guard use == "sig", operations.contains("verify") else { return nil }
        guard let (key, kinds) = Self.key(members) else { return nil }
        let named = members.text("alg")
        let ways = kinds.filter { named == nil || $0.rawValue == named }
        guard !ways.isEmpty else { return nil }
        self.init(id: members.text("kid"), ways: Set(ways), key: key)
    }

    private static func key(_ members: Claims) -> (VerificationKey, [VerificationKey.Signature])? {
        func bytes(_ name: String) -> [UInt8] { members.text(name).flatMap { Base64URL.decode($0) } ?? [] }
        switch (members.text("kty"), members.text("crv")) {
        case ("RSA", _):
            guard let key = try? VerificationKey(rsaModulus: bytes("n"), exponent: bytes("e")) else { return nil }
            return (key, [.rs256, .ps256])
        case ("EC", "P-256"):
            guard let key = try? VerificationKey(p256X: bytes("x"), y: bytes("y")) else { return nil }
            return (key, [.es256])
        case ("OKP", "Ed25519"):
            guard let key = try? VerificationKey(ed25519: bytes("x")) else { return nil }
            return (key, [.edDSA])
        default: return nil
        }
    }
}

import Foundation
public import Model
public import Sealing

/// The keys in the data folder. Made at the first start; each is a file of its own that only its owner may read.
public enum SecretKeys {
    /// 32 bytes each; the public half of `access.key` is made from it.
    static let names = ["access.key", "pepper.key", "artifact.key", "content.key"]
    /// Keys that can be exchanged: `factors.key`, and after it `factors-2.key`, `factors-3.key` and so on.
    static let rings = ["factors"]

    /// Makes those that are missing. A key that is there is never replaced: what it sealed would be lost.
    public static func createMissing(in home: Home) throws(Failure) {
        for name in names where try PrivateFile.read(home.secret(name)) == nil {
            try PrivateFile.write(Secret.random(32).bytes, to: home.secret(name))
        }
        for ring in rings where try numbers(of: ring, in: home).isEmpty {
            try PrivateFile.write(Secret.random(32).bytes, to: home.secret("\(ring).key"))
        }
        guard try PrivateFile.read(home.secret("access.pub")) == nil else { return }
        do {
            let seed = try bytes("access.key", in: home)
            let key = try Ed25519.PrivateKey(seed: Secret(seed))
            try PrivateFile.write(key.publicKey.raw, to: home.secret("access.pub"))
        } catch let error as Failure {
            throw error
        } catch {
            throw Failure(.unavailable, "\(home.secret("access.key")) is not a key.", detail: "\(error)")
        }
    }

    public static func secret(_ name: String, in home: Home) throws(Failure) -> Secret {
        Secret(try bytes(name, in: home))
    }

    /// Throws `.unavailable` when it is missing or has the wrong length.
    public static func bytes(_ name: String, in home: Home) throws(Failure) -> [UInt8] {
        guard let bytes = try PrivateFile.read(home.secret(name)) else {
            throw Failure(.unavailable, "\(home.secret(name)) is missing. `halley up` or `halley migrate` makes it.")
        }
        guard bytes.count == 32 else {
            throw Failure(.unavailable, "\(home.secret(name)) has \(bytes.count) bytes instead of 32.")
        }
        return bytes
    }

    /// All keys of a ring, by number. What is new is sealed with the last; an older one can be taken away when nothing
    /// is sealed with it any more.
    public static func ring(_ name: String, in home: Home) throws -> [SealingKey] {
        let numbers = try numbers(of: name, in: home)
        guard !numbers.isEmpty else {
            throw Failure(
                .unavailable, "\(home.secret("\(name).key")) is missing. `halley up` or `halley migrate` makes it.")
        }
        return try numbers.map { number in
            let file = number == 1 ? "\(name).key" : "\(name)-\(number).key"
            return try SealingKey(id: number, try secret(file, in: home))
        }
    }

    private static func numbers(of ring: String, in home: Home) throws(Failure) -> [UInt32] {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: home.secrets)
        } catch {
            throw Failure(.unavailable, "The folder \(home.secrets) cannot be read.", detail: "\(error)")
        }
        return names.compactMap { name in
            if name == "\(ring).key" { return 1 }
            guard name.hasPrefix("\(ring)-"), name.hasSuffix(".key") else { return nil }
            return UInt32(name.dropFirst(ring.count + 1).dropLast(4)).flatMap { $0 > 1 ? $0 : nil }
        }.sorted()
    }

    static func accessPublicKey(in home: Home) throws(Failure) -> Ed25519.PublicKey {
        let bytes = try bytes("access.pub", in: home)
        do {
            return try Ed25519.PublicKey(raw: bytes)
        } catch {
            throw Failure(.unavailable, "\(home.secret("access.pub")) is not a key.", detail: "\(error)")
        }
    }
}

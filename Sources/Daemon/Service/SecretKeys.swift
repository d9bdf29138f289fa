import Foundation
public import Model
public import Sealing

/// The keys in the data folder. Made at the first start; each is a file of its own that only its owner may read.
public enum SecretKeys {
    /// 32 bytes each; the public half of `access.key` is made from it.
    static let names = ["access.key", "pepper.key", "artifact.key", "content.key"]

    /// Makes those that are missing. A key that is there is never replaced: what it sealed would be lost.
    public static func createMissing(in home: Home) throws(Failure) {
        for name in names where try PrivateFile.read(home.secret(name)) == nil {
            try PrivateFile.write(Secret.random(32).bytes, to: home.secret(name))
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

    static func accessPublicKey(in home: Home) throws(Failure) -> Ed25519.PublicKey {
        let bytes = try bytes("access.pub", in: home)
        do {
            return try Ed25519.PublicKey(raw: bytes)
        } catch {
            throw Failure(.unavailable, "\(home.secret("access.pub")) is not a key.", detail: "\(error)")
        }
    }
}

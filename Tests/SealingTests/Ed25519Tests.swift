import Sealing
import Testing

@Suite struct Ed25519Tests {
    /// RFC 8032 §7.1, test 2.
    @Test func `the standard's key makes the standard's signature`() throws {
        let seed = bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
        let key = try Ed25519.PrivateKey(seed: Secret(seed))
        #expect(try key.publicKey.raw == bytes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"))
        let expected =
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            + "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        #expect(try key.sign([0x72]) == bytes(expected))
    }

    @Test func `no changed bit, no other key and no cut signature passes`() throws {
        let key = try Ed25519.PrivateKey.generate()
        let (other, message) = (try Ed25519.PrivateKey.generate().publicKey, Array("what is claimed".utf8))
        let (signature, mine) = (try key.sign(message), try key.publicKey)
        #expect(mine.isSignature(signature, of: message))
        #expect(!other.isSignature(signature, of: message))
        #expect(!mine.isSignature(Array(signature.dropLast()), of: message))
        #expect(!mine.isSignature([], of: message))
        for bit in 0..<signature.count * 8 {
            var wrong = signature
            wrong[bit / 8] ^= 1 << UInt8(bit % 8)
            #expect(!mine.isSignature(wrong, of: message))
        }
        for index in message.indices {
            var wrong = message
            wrong[index] ^= 1
            #expect(!mine.isSignature(signature, of: wrong))
        }
    }

    @Test func `a key has 32 bytes`() {
        for count in [0, 31, 33, 64] {
            #expect(throws: SealingError.badKey) { try Ed25519.PrivateKey(seed: Secret.random(count)) }
            #expect(throws: SealingError.badKey) { try Ed25519.PublicKey(raw: RandomBytes.make(count)) }
        }
    }

    private func bytes(_ hex: String) -> [UInt8] {
        stride(from: 0, to: hex.count, by: 2).compactMap { UInt8(hex.dropFirst($0).prefix(2), radix: 16) }
    }
}

import Foundation
import Sealing
import TestKit
import Testing

private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
}

@Suite struct DigestTests {
    @Test func `SHA-256 gives the standard's values`() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(hex(SHA256.digest(of: [])) == empty)
        #expect(hex(SHA256.digest(of: "abc".utf8)) == abc)
    }

    @Test func `pieces and the whole have one digest, and a hash begins anew`() {
        var random = SeededRandom(seed: 11)
        let bytes = random.bytes(10_000)
        var hash = SHA256()
        for _ in 0..<20 {
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Int.random(in: 1...999, using: &random))
                hash.update(piece)
                rest = rest.dropFirst(piece.count)
            }
            #expect(hash.finish() == SHA256.digest(of: bytes))
        }
    }

    /// RFC 4231 §4.2, §4.3, §4.7.
    @Test(arguments: [
        (
            [UInt8](repeating: 0x0b, count: 20), "Hi There",
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"
        ),
        (
            Array("Jefe".utf8), "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        ),
        (
            [UInt8](repeating: 0xaa, count: 131), "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"
        ),
    ])
    func `HMAC gives the standard's values`(_ key: [UInt8], _ message: String, _ expected: String) {
        #expect(hex(HMACSHA256.code(for: Array(message.utf8), key: key)) == expected)
        #expect(HMACSHA256.isValid(HMACSHA256.code(for: [], key: []), for: [], key: []))
    }

    @Test func `a key for one purpose is none for another`() {
        let key = Secret.random()
        #expect(HMACSHA256.key(for: "one", from: key) == HMACSHA256.key(for: "one", from: key))
        #expect(HMACSHA256.key(for: "one", from: key) != HMACSHA256.key(for: "two", from: key))
    }

    @Test func `equal is equal in every byte and in length`() {
        let bytes = RandomBytes.make(32)
        #expect(constantTimeEqual(bytes, bytes) && constantTimeEqual([], []))
        for index in bytes.indices {
            var other = bytes
            other[index] ^= 1
            #expect(!constantTimeEqual(bytes, other))
        }
        #expect(!constantTimeEqual(bytes, Array(bytes.dropLast())))
    }

    @Test func `random bytes do not repeat`() {
        #expect(Set((0..<1000).map { _ in RandomBytes.make(16) }).count == 1000)
        #expect(RandomBytes.make(0).isEmpty)
    }

    @Test func `a secret prints stars, wherever it stands`() {
        struct Holder { let secret: Secret }
        let secret = Secret("hunter2hunter2")
        var dumped = ""
        dump(Holder(secret: secret), to: &dumped)
        for text in ["\(secret)", String(reflecting: secret), "\(Holder(secret: secret))", "\([secret])", dumped] {
            #expect(!text.contains("hunter2") && !text.contains("104") && text.contains("***"), "\(text)")
        }
    }
}

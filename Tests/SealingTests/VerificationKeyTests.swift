import Foundation
import Sealing
import TestKit
import Testing

/// Signatures that `joserfc` has made, in `Tests/Golden/signatures.json`.
@Suite struct VerificationKeyTests {
    private struct Sample: Decodable {
        let alg: String
        let token: String
        let key: [String: String]

        var parts: [Substring] { token.split(separator: ".") }
        var signed: [UInt8] { Array("\(parts[0]).\(parts[1])".utf8) }
        var signature: [UInt8] { VerificationKeyTests.decode(String(parts[2])) }

        func verifier() throws -> VerificationKey {
            func bytes(_ name: String) -> [UInt8] { VerificationKeyTests.decode(key[name] ?? "") }
            switch key["kty"] {
            case "RSA": return try VerificationKey(rsaModulus: bytes("n"), exponent: bytes("e"))
            case "EC": return try VerificationKey(p256X: bytes("x"), y: bytes("y"))
            default: return try VerificationKey(ed25519: bytes("x"))
            }
        }
    }

    private static func samples() throws -> [Sample] {
        let file = Repository.root.appending(path: "Tests/Golden/signatures.json")
        return try JSONDecoder().decode([Sample].self, from: Data(contentsOf: file))
    }

    private static func decode(_ text: String) -> [UInt8] {
        let plain = text.replacing("-", with: "+").replacing("_", with: "/")
        return Array(Data(base64Encoded: plain + String(repeating: "=", count: (4 - plain.count % 4) % 4)) ?? Data())
    }

    @Test func `a signature holds in its own way alone`() throws {
        let samples = try Self.samples()
        #expect(samples.map(\.alg) == VerificationKey.Signature.allCases.map(\.rawValue))
        for sample in samples {
            let key = try sample.verifier()
            for way in VerificationKey.Signature.allCases {
                let holds = key.isSignature(sample.signature, of: sample.signed, by: way)
                #expect(holds == (way.rawValue == sample.alg), "\(sample.alg) as \(way.rawValue)")
            }
        }
    }

    @Test func `a bit that is changed is noticed`() throws {
        for sample in try Self.samples() {
            let (key, way) = (try sample.verifier(), try #require(VerificationKey.Signature(rawValue: sample.alg)))
            var generator = SeededRandom(seed: 7)
            for _ in 0..<64 {
                var (signature, signed) = (sample.signature, sample.signed)
                let bit = UInt8(1 << Int.random(in: 0..<8, using: &generator))
                if Bool.random(using: &generator) {
                    signature[Int.random(in: 0..<signature.count, using: &generator)] ^= bit
                } else {
                    signed[Int.random(in: 0..<signed.count, using: &generator)] ^= bit
                }
                #expect(!key.isSignature(signature, of: signed, by: way))
            }
            #expect(!key.isSignature([], of: sample.signed, by: way))
            #expect(!key.isSignature(sample.signature + [0], of: sample.signed, by: way))
            #expect(!key.isSignature(Array(sample.signature.dropLast()), of: sample.signed, by: way))
        }
    }

    @Test func `a key of one is none of another`() throws {
        let samples = try Self.samples()
        for (left, right) in samples.flatMap({ left in samples.map { (left, $0) } }) where left.key != right.key {
            let key = try right.verifier()
            for way in VerificationKey.Signature.allCases {
                #expect(!key.isSignature(left.signature, of: left.signed, by: way))
            }
        }
    }

    @Test func `weak and broken keys are refused`() throws {
        let three: [UInt8] = [1, 0, 1]
        #expect(throws: SealingError.badKey) {
            try VerificationKey(rsaModulus: [0x80] + [UInt8](repeating: 1, count: 127), exponent: three)
        }
        #expect(throws: SealingError.badKey) {
            try VerificationKey(rsaModulus: [0x80] + [UInt8](repeating: 1, count: 2047), exponent: three)
        }
        let modulus = [0x80] + [UInt8](repeating: 1, count: 255)
        for exponent: [UInt8] in [[], [0], [1], [2], [1, 0, 0, 0, 1]] {
            #expect(throws: SealingError.badKey) { try VerificationKey(rsaModulus: modulus, exponent: exponent) }
        }
        // Not on the curve, and too short.
        let one = [UInt8](repeating: 1, count: 32)
        #expect(throws: SealingError.badKey) { try VerificationKey(p256X: one, y: one) }
        #expect(throws: SealingError.badKey) { try VerificationKey(p256X: [1], y: one) }
        #expect(throws: SealingError.badKey) { try VerificationKey(ed25519: [1]) }
    }
}

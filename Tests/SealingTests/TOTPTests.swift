import Foundation
import TestKit
import Testing

@testable import Sealing

@Suite struct TOTPTests {
    private static let seed = Secret("12345678901234567890")

    /// RFC 6238, appendix B, the rows of SHA-1; eight digits.
    @Test(
        arguments: [
            (59, "94287082"), (1_111_111_109, "07081804"), (1_111_111_111, "14050471"), (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"), (20_000_000_000, "65353130"),
        ] as [(TimeInterval, String)])
    func `the vectors of the RFC`(_ seconds: TimeInterval, _ code: String) {
        let step = TOTP.step(at: Date(timeIntervalSince1970: seconds))
        #expect(TOTP(seed: Self.seed, digits: 8).code(at: step) == code)
        #expect(TOTP(seed: Self.seed).code(at: step) == code.suffix(6))
    }

    /// RFC 4226, appendix D.
    @Test func `the vectors of the counter`() {
        let expected = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489",
        ]
        #expect((0..<10).map { TOTP(seed: Self.seed).code(at: $0) } == expected)
    }

    @Test func `oathtool shows the same`() throws {
        for _ in 0..<5 {
            let seed = Secret.random(TOTP.seedBytes)
            let time = Int.random(in: 0..<4_000_000_000)
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/oathtool")
            process.arguments = ["--totp", "--base32", "--now", "@\(time)", Base32.text(seed.bytes)]
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            process.waitUntilExit()
            let shown = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            let code = TOTP(seed: seed).code(at: TOTP.step(at: Date(timeIntervalSince1970: Double(time))))
            #expect(shown.trimmingCharacters(in: .whitespacesAndNewlines) == code, "at \(time)")
        }
    }

    @Test func `one step of drift is taken, two are not`() {
        let totp = TOTP(seed: .random(TOTP.seedBytes))
        let now = Date(timeIntervalSince1970: 1_800_000_015)
        let step = TOTP.step(at: now)
        for drift in Int64(-3)...3 {
            let found = totp.step(of: totp.code(at: step + drift), at: now)
            #expect(found == (abs(drift) <= 1 ? step + drift : nil), "\(drift) steps away")
        }
    }

    @Test func `seconds around the edge of a window`() {
        let totp = TOTP(seed: .random(TOTP.seedBytes))
        let now = Date(timeIntervalSince1970: 1_800_000_015)
        for (shift, isGood) in [(-29.0, true), (-44, true), (-46, false), (29, true), (44, true), (46, false)] {
            let code = totp.code(at: TOTP.step(at: now.addingTimeInterval(shift)))
            #expect((totp.step(of: code, at: now) != nil) == isGood, "\(shift) s")
        }
    }

    @Test func `what is no code is none`() {
        let totp = TOTP(seed: Self.seed)
        let now = Date(timeIntervalSince1970: 59)
        #expect(totp.step(of: "287 082", at: now) == 1)
        for text in ["", "28708", "2870820", "94287082", "28708２", "abcdef", "287082\n"] {
            #expect(totp.step(of: text, at: now) == nil, "\(text)")
        }
    }

    /// RFC 4648 §10, without padding.
    @Test func `Base32 goes there and back`() {
        let vectors = ["": "", "f": "MY", "fo": "MZXQ", "foo": "MZXW6", "foob": "MZXW6YQ", "foobar": "MZXW6YTBOI"]
        for (plain, text) in vectors {
            #expect(Base32.text(Array(plain.utf8)) == text)
            #expect(Base32.bytes(text) == Array(plain.utf8))
        }
        #expect(Base32.bytes("mzxw 6ytb-oi") == Array("foobar".utf8))
        for text in ["M", "MZX", "MZXW6Y", "1", "MZ=", "MZ", "é"] { #expect(Base32.bytes(text) == nil, "\(text)") }
        for count in 0..<40 {
            let bytes = RandomBytes.make(count)
            #expect(Base32.bytes(Base32.text(bytes)) == bytes)
        }
    }
}

import AuthClient
import Foundation
import TestKit
import Testing

@Suite struct KeyTextTests {
    @Test func `a key has 49 characters, its tag first`() throws {
        let key = KeyText.fresh()
        #expect(key.text.utf8.count == KeyText.length)
        #expect(key.text.hasPrefix("hlyu_"))
        #expect(KeyText(presented: key.text) == key)
        #expect("\(key)" == "hlyu_\(key.id)***")
        #expect(!String(reflecting: [key]).contains(key.secret))
    }

    @Test func `no slip of one character is accepted`() {
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz")
        let key = Array(KeyText.fresh().text)
        for place in 5..<key.count {
            for letter in alphabet where letter != key[place] {
                var typo = key
                typo[place] = letter
                #expect(KeyText(presented: String(typo)) == nil)
            }
        }
    }

    @Test func `no random string is accepted`() {
        let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
        var accepted = 0
        for _ in 0..<20_000 {
            let text = "hlyu_" + String(decoding: (0..<44).map { _ in alphabet.randomElement() ?? 48 }, as: UTF8.self)
            if KeyText(presented: text) != nil { accepted += 1 }
        }
        // One in 2^32 would be by chance.
        #expect(accepted == 0)
    }

    @Test func `the checksum is the usual CRC-32 in Base62`() {
        // zlib.crc32(b"hlyu_" + b"0" * 38) == 0x10682b2c
        let key = "hlyu_" + String(repeating: "0", count: 38)
        #expect(KeyText(presented: key + Self.checksumOfZeros) != nil)
    }

    private static let checksumOfZeros = "0IcyHk"

    @Test func `one's own key may stand there once, however it was presented`() {
        let (own, other) = (KeyText.fresh(), KeyText.fresh(.ingest))
        let bytes = Array("{\"apiKey\":\"\(own.text)\",\"x\":\"\(other.text)\"}".utf8)
        for presented in [own.text, "Bearer \(own.text)", "\(own.text)*eyJiYXNlVXJsIjoiaCJ9", " \(own.text)"] {
            let found = bytes.withUnsafeBytes { KeyText.found(in: $0, besides: presented) }
            #expect(found.map(\.key) == [other])
        }
        for presented in ["", "x_", own.id, other.text.lowercased(), "hlyu_" + own.id] {
            let found = bytes.withUnsafeBytes { KeyText.found(in: $0, besides: presented) }
            #expect(found.map(\.key) == [own, other])
        }
        let twice = Array("\(own.text) \(own.text)".utf8)
        #expect(twice.withUnsafeBytes { KeyText.found(in: $0, besides: own.text) }.map(\.offset) == [50])
    }

    @Test func `keys are found wherever they stand, and only their secrets are overwritten`() {
        let (one, two) = (KeyText.fresh(), KeyText.fresh(.ingest))
        let text = "hly\(one.text)\(two.text)x hlyu_ {\"k\": \"\(one.text)*tail\"} \(two.text.dropLast()) hlyu_é hly"
        var bytes = Array(text.utf8)
        let found = bytes.withUnsafeMutableBytes { KeyText.mask(in: $0) }
        #expect(found == [one, two, one])
        let masked = String(decoding: bytes, as: UTF8.self)
        #expect(bytes.count == text.utf8.count)
        #expect(!masked.contains(one.secret))
        // Its checksum is cut, so it is none.
        #expect(masked.contains(two.text.dropLast()))
        #expect(masked.hasPrefix("hlyhlyu_\(one.id)_was_a_key_and_is_removed_by_halley_hlyi_\(two.id)_was"))
        #expect(masked.contains("_halley_*tail\"}"))
        var none: [UInt8] = []
        #expect(none.withUnsafeMutableBytes { KeyText.mask(in: $0) }.isEmpty)
    }
}

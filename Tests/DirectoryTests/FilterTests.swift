import TestKit
import Testing

@testable import Directory

@Suite struct FilterTests {
    @Test(arguments: [
        ("ada", "ada"), ("*)(uid=*", "\\2a\\29\\28uid\\3d\\2a"), ("admin)(|(a=*", "admin\\29\\28\\7c\\28a\\3d\\2a"),
        ("a\\b", "a\\5cb"), ("a\0b", "a\\00b"), ("{dn}", "\\7bdn\\7d"), ("é", "\\c3\\a9"), ("a b", "a\\20b"),
        ("ada@example.org", "ada@example.org"), ("\u{1}\n", "\\01\\0a"), ("", ""),
    ])
    func `what somebody types stands for itself`(typed: String, escaped: String) {
        #expect(DirectoryFilter.escaped(typed) == escaped)
    }

    @Test func `bytes stand for themselves where they are kept as such`() {
        #expect(DirectoryFilter.escaped("00ff28", of: "objectGUID") == "\\00\\ff\\28")
        #expect(DirectoryFilter.escaped("00ff(", of: "uid") == "00ff\\28")
    }

    @Test func `no text has a sign of a filter left, and each can be read back`() {
        var random = SeededRandom(seed: 4515)
        for _ in 0..<500 {
            let scalars = (0..<Int.random(in: 0...40, using: &random)).map { _ in
                Unicode.Scalar(UInt8.random(in: 0...255, using: &random))
            }
            let text = String(String.UnicodeScalarView(scalars))
            let escaped = DirectoryFilter.escaped(text)
            #expect(!escaped.utf8.contains { "()*\0{}|&!=<>~/".utf8.contains($0) })
            #expect(Self.unescaped(escaped) == Array(text.utf8))
        }
    }

    private static func unescaped(_ text: String) -> [UInt8] {
        var (bytes, rest) = ([UInt8](), Substring(text))
        while let first = rest.popFirst() {
            if first == "\\" {
                bytes.append(UInt8(rest.prefix(2), radix: 16) ?? 0)
                rest = rest.dropFirst(2)
            } else {
                bytes += Array(String(first).utf8)
            }
        }
        return bytes
    }

    @Test func `a value is not taken for a place`() {
        let filled = DirectoryFilter.filled("(&(uid={name})(member={dn}))", ["name": "{dn}", "dn": "cn=a,dc=b"])
        #expect(filled == "(&(uid=\\7bdn\\7d)(member=cn\\3da\\2cdc\\3db))")
    }

    @Test(arguments: [
        ("(uid={name})", true), ("(&(a=b)(|(c=d)(e=f)))", true), ("uid={name}", false), ("(uid={name}", false),
        ("(a=b)(c=d)", false), ("(a=b))", false), ("", false), ("()", true), (")(", false), ("(a=b)x(c=d)", false),
    ])
    func `a filter is one, and whole`(text: String, isWhole: Bool) {
        #expect(DirectoryFilter.isWhole(text) == isWhole)
    }

    @Test func `one name is one key, however it is written`() {
        let ways = [
            "cn=Physics,ou=groups,dc=example,dc=org", "CN=physics, OU=groups, DC=example, DC=org",
            "cn=\\50hysics,ou=groups,dc=example,dc=org",
        ]
        #expect(Set(ways.map(DistinguishedName.key)).count == 1)
        #expect(DistinguishedName.key(ways[0]) == "cn=physics,ou=groups,dc=example,dc=org")
        #expect(DistinguishedName.key("cn=a\\,ou=groups,dc=b") != DistinguishedName.key("cn=a,ou=groups,dc=b"))
        for text in ["physics", "cn=a,,dc=b", "cn=a\0,dc=b", "cn=\"a"] { #expect(DistinguishedName.key(text) == nil) }
    }
}

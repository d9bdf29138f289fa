import HotJSON
import TestKit
import Testing

@Suite struct JSONParserTests {
    @Test(arguments: [
        (#"{"a":[1,2.5,-3e2,true,false,null,"x"]}"#, #"{"a":[1,2.5,-3e2,true,false,null,"x"]}"#),
        (" [ ] ", "[]"), ("{}", "{}"), (#""\u00e9\ud83d\ude00\/\b\f\n\r\t""#, "\"é😀/\\u0008\\u000c\\n\\r\\t\""),
        ("1e-05", "1e-05"), ("-0", "-0"),
    ])
    func `what goes in comes out`(text: String, written: String) throws {
        #expect(try JSONParser.parse(text).jsonText == written)
    }

    @Test(arguments: [("NaN", "NaN"), ("Infinity", "Infinity"), ("-Infinity", "-Infinity")])
    func `bare tokens of Python are numbers, and leave as text`(token: String, written: String) throws {
        let value = try JSONParser.parse("[\(token)]")
        guard case .array(let items) = value, case .number(let number) = items.first else {
            Issue.record("no number")
            return
        }
        #expect(!number.isFinite)
        #expect(value.jsonText == "[\"\(written)\"]")
    }

    @Test func `integers beyond 64 bits keep their digits and read as doubles`() throws {
        let value = try JSONParser.parse("1180591620717411303424")
        guard case .number(let number) = value else { return }
        #expect(number.integer == nil)
        #expect(number.double == 1_180_591_620_717_411_303_424)
        #expect(value.jsonText == "1180591620717411303424")
    }

    @Test func `half a surrogate pair and NUL become replacement characters`() throws {
        #expect(try JSONParser.parse(#""a\ud800b\udc00\u0000""#) == .string("a\u{fffd}b\u{fffd}\u{fffd}"))
        #expect(try JSONParser.parse(#""\ud800\ud83d\ude00""#) == .string("\u{fffd}😀"))
    }

    @Test func `bytes that are no UTF-8 do not stop a body`() throws {
        #expect(try JSONParser.parse([0x22, 0x61, 0xff, 0x22]) == .string("a\u{fffd}"))
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", "[1 2]", "{\"a\"}", "{\"a\":}", "{a:1}", "\"", "\"\\x\"", "\"\\u12g4\"", "01", "-", "1.",
        "1e",
        "+1", ".5", "nul", "Nan", "[1]]", "\"a\nb\"", "{\"a\":1,}", "-NaN", "'a'",
    ])
    func `what is not JSON is refused`(text: String) {
        #expect(throws: JSONError.self) { try JSONParser.parse(text) }
    }

    @Test func `depth and number of values are bounded`() throws {
        let deep = String(repeating: "[", count: 65) + String(repeating: "]", count: 65)
        #expect(throws: JSONError.self) { try JSONParser.parse(deep) }
        #expect(throws: Never.self) { try JSONParser.parse(String(deep.dropFirst().dropLast())) }
        let error = #expect(throws: JSONError.self) {
            try JSONParser.parse("[1,2,3]", limits: .init(valuesMax: 3))
        }
        #expect(error?.kind == .tooLarge)
    }

    @Test func `a name of ten megabytes is a name`() throws {
        let name = String(repeating: "n", count: 10 << 20)
        let value = try JSONParser.parse("{\"\(name)\":1}")
        #expect(value[name] == .number(JSONNumber(text: "1")))
    }

    @Test func `of two members of one name the later counts`() throws {
        #expect(try JSONParser.parse(#"{"a":1,"a":2}"#)["a"] == .number(JSONNumber(text: "2")))
    }

    @Test func `flipped bytes never crash`() {
        var random = SeededRandom(seed: 11)
        let text = Array(#"{"k":"v\u00e9","n":[1,-2.5e3,NaN,true,null],"o":{"x":"\\"}}"#.utf8)
        for _ in 0..<20_000 {
            var bytes = text
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
            }
            bytes.removeLast(Int.random(in: 0..<8, using: &random))
            guard let value = try? JSONParser.parse(bytes) else { continue }
            #expect((try? JSONParser.parse(value.jsonText)) != nil)
        }
    }
}

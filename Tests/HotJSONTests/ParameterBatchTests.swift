import TestKit
import Testing

@testable import HotJSON

@Suite struct ParameterBatchTests {
    private static let nowMs: Int64 = 1_800_000_000_000

    private func scanned(_ text: String, bytesMax: Int = 1 << 20) -> ParameterBatch? {
        Array(text.utf8).withUnsafeBytes { ParameterScanner.batch($0, nowMs: Self.nowMs, bytesMax: bytesMax) }
    }

    private func parsed(_ text: String, bytesMax: Int = 1 << 20) throws -> ParameterBatch {
        try ParameterBatch(JSONFields(JSONParser.parse(text)), Self.nowMs, bytesMax)
    }

    private func read(_ text: String) throws -> ParameterBatch {
        try Array(text.utf8).withUnsafeBytes { bytes in
            try ParameterBatch(json: bytes, nowMs: Self.nowMs, bytesMax: 1 << 20)
        }
    }

    /// The texts of each parameter.
    private func texts(_ columns: ParameterColumns) -> [[String]] {
        var (at, texts) = (0, [String]())
        for length in columns.lengths {
            texts.append(String(decoding: columns.texts[at..<at + Int(length)], as: UTF8.self))
            at += Int(length)
        }
        return stride(from: 0, to: texts.count, by: 5).map { Array(texts[$0..<$0 + 5]) }
    }

    @Test func `what the clients send becomes columns`() throws {
        let batch = try #require(
            scanned(
                #"""
                {"experimentKey": "abc", "apiKey": "k", "local_timestamp": 17, "values": [
                 {"parameterName": "lr", "parameterValue": "0.10", "step": null, "source": "manual", "context": null,
                  "timestamp": 1700000000000},
                 {"parameterName": "n", "parameterValue": -12.5e3, "step": 7, "source": "cli", "context": "train"},
                 {"parameterName": "on", "parameterValue": true}, {"parameterName": "no", "parameterValue": null},
                 {"parameterName": "empty", "parameterValue": ""}
                ]}
                """#))
        #expect(batch.experimentKey == "abc")
        #expect(batch.apiKey == "k")
        let columns = try #require(batch.columns.first)
        #expect(
            texts(columns) == [
                ["lr", "0.10", "", "manual", ""], ["n", "-12.5e3", "", "cli", "train"], ["on", "true", "", "", ""],
                ["no", "null", "", "", ""], ["empty", "", "", "", ""],
            ])
        #expect(columns.forms == [1, 0, 0, 0, 1])
        #expect(columns.times == [1_700_000_000_000] + Array(repeating: Self.nowMs, count: 4))
        #expect(columns.steps.map(\.isNaN) == [true, false, true, true, true])
        #expect(columns.steps[1] == 7)
    }

    /// Members and values to make bodies of, right and wrong.
    private static let pieces = [
        #""parameterName":"lr""#, #""parameterName":"""#, #""parameterName":7"#, #""parameterName":null"#,
        #""parameterValue":"0.1""#, #""parameterValue":0.1"#, #""parameterValue":01"#, #""parameterValue":1e999"#,
        #""parameterValue":-0"#, #""parameterValue":NaN"#, #""parameterValue":"é\n\"""#, #""parameterValue":[1,"a"]"#,
        #""parameterValue":null"#, #""parameterValue":false"#, #""parameterValue":+1"#, #""parameterValue":1."#,
        #""parameterValue":1E5"#, #""parameterValue":"""#, #""parameterValue":tru"#, #""parameterValue":-"#,
        #""timestamp":1700000000000"#, #""timestamp":"5""#, #""timestamp":1.5"#, #""timestamp":null"#,
        #""timestamp":99999999999999999999"#, #""timestamp":007"#, #""timestamp":-3"#, #""step":3"#, #""step":2.5"#,
        #""step":"1e3""#, #""step":true"#, #""source":"manual""#, #""source":null"#, #""source":1"#,
        #""context":"train""#, #""context":{}"#, #""other":"x""#, #""other":[]"#, #""p\u0061th":"x""#,
    ]

    @Test func `what the scanner takes, the parser reads alike`() throws {
        var random = SeededRandom(seed: 11)
        var (taken, left) = (0, 0)
        for _ in 0..<20_000 {
            let items = (0..<Int.random(in: 0...3, using: &random)).map { _ in
                // Mostly right, so that not every body is refused for something.
                let needed = Bool.random(using: &random) ? Array(Self.pieces[4...5].prefix(1)) + [Self.pieces[0]] : []
                let more = (0..<Int.random(in: 0...2, using: &random)).compactMap { _ in
                    Self.pieces.randomElement(using: &random)
                }
                return "{" + (needed + more).joined(separator: ",") + "}"
            }
            let head = [#""experimentKey":"abc","#, "", #""api_key":"k","#, #""apiKey":"k","apiKey":"l","#]
            let body = "{\(head.randomElement(using: &random) ?? "")\"values\":[\(items.joined(separator: " , "))]}"
            let quick = scanned(body)
            if let quick {
                taken += 1
                #expect(try quick == parsed(body), "\(body)")
            } else {
                left += 1
            }
        }
        #expect(taken > 1000 && left > 1000)
    }

    @Test(arguments: [
        "", "{", "{}x", "[1]", #"{"values":[}"#, #"{"values":[{"parameterName":"a","parameterValue":1},]}"#,
        #"{"values":[{"parameterName":"a" "parameterValue":1}]}"#, #"{"values":[1]}"#, #"{"values":"x"}"#,
        #"{"experimentKey":1,"values":[]}"#, #"{"experimentKey":null,"values":[]}"#, "{\"values\":[{\"a\u{1}\":1}]}",
    ])
    func `a body that is cut off or wrong is left to the parser`(_ body: String) {
        #expect(scanned(body) == nil)
    }

    @Test func `a wrong type names its field by the whole path`() {
        let body = #"{"values":[{"parameterName":"a","parameterValue":1},{"parameterName":["a"]}]}"#
        #expect(throws: JSONError(.wrongType, "The field values[1].parameterName must be text, not a list.")) {
            try read(body)
        }
        #expect(throws: JSONError(.missing, "The field values[0].parameterName is missing or empty.")) {
            try read(#"{"values":[{"parameterValue":1}]}"#)
        }
    }

    @Test func `every truncation of a body is refused`() throws {
        let body = #"{"experimentKey":"abc","values":[{"parameterName":"a","parameterValue":"1","step":null}]}"#
        #expect(try read(body).columns.first?.count == 1)
        for length in 1..<body.utf8.count {
            #expect(throws: JSONError.self) { try read(String(body.prefix(length))) }
        }
    }

    @Test func `what is long comes in several columns, alike from both`() throws {
        let long = String(repeating: "x", count: 90)
        let items = (0..<50).map { #"{"parameterName":"p\#($0)","parameterValue":"\#(long)"}"# }
        let body = #"{"experimentKey":"abc","values":[\#(items.joined(separator: ","))]}"#
        let batch = try #require(scanned(body, bytesMax: 1000))
        #expect(try batch == parsed(body, bytesMax: 1000))
        #expect(batch.columns.count > 3)
        #expect(batch.columns.map(\.count).reduce(0, +) == 50)
        #expect(batch.columns.allSatisfy { $0.texts.count < 1200 })
    }

    @Test func `so does what is many, and what is far too many is left to the parser`() throws {
        func body(_ count: Int) -> String {
            let items = Array(repeating: #"{"parameterName":"p","parameterValue":1}"#, count: count)
            return #"{"experimentKey":"abc","values":[\#(items.joined(separator: ","))]}"#
        }
        let batch = try #require(scanned(body(ParameterBatch.countMax + 1)))
        #expect(batch.columns.map(\.count) == [ParameterBatch.countMax, 1])
        #expect(try batch == parsed(body(ParameterBatch.countMax + 1)))
        #expect(scanned(body(20 * ParameterBatch.countMax)) != nil)
        #expect(scanned(body(20 * ParameterBatch.countMax + 1)) == nil)
    }
}

import HotJSON
import TestKit
import Testing

@Suite struct MetricDecoderTests {
    private let decoders = MetricDecoders(limits: .init(inflated: .init(bytesMax: 64 << 20), pointsMax: 2000))

    private func decode(_ text: String, gzipped: Bool = false) throws -> MetricColumns {
        let bytes = gzipped ? try gzip(Array(text.utf8)) : Array(text.utf8)
        return try bytes.withUnsafeBytes { try decoders.decode($0, isGzip: gzipped, nowMs: 77) }
    }

    private func batch(_ points: String) -> String { #"{"experimentKey":"K","values":[\#(points)]}"# }

    @Test func `points become columns, names are interned`() throws {
        let columns = try decode(
            batch(
                #"""
                {"metricName":"loss","metricValue":0.5,"step":1,"epoch":null,"context":"train","timestamp":10},
                {"timestamp":11,"context":null,"metricValue":2,"metricName":"loss","step":1.5,"epoch":3},
                {"metricName":"loss","metricValue":1,"context":"train","runContext":"ignored"}
                """#), gzipped: true)
        #expect(columns.experimentKey == "K")
        #expect(columns.series == [.init(name: "loss", context: "train"), .init(name: "loss", context: "")])
        #expect(columns.seriesIndex == [0, 1, 0])
        #expect(columns.values == [0.5, 2, 1])
        #expect(columns.steps[..<2] == [1, 1.5] && columns.steps[2].isNaN)
        #expect(columns.epochs[1] == 3 && columns.epochs[0].isNaN)
        #expect(columns.times == [10, 11, 77])
    }

    @Test func `no epoch at all is no column`() throws {
        #expect(try decode(batch(#"{"metricName":"a","metricValue":1}"#)).epochs.isEmpty)
        #expect(try decode(batch(#"{"metricName":"a","metricValue":NaN}"#)).epochs.isEmpty)
    }

    @Test(arguments: [
        (#""NaN""#, Double.nan), (#""Infinity""#, .infinity), (#""-Infinity""#, -.infinity), ("NaN", .nan),
        ("-Infinity", -.infinity), ("Infinity", .infinity), (#""3.5""#, 3.5), (#""True""#, 1), (#""False""#, 0),
        ("true", 1),
        ("1180591620717411303424", 0x1p70), ("-3", -3), (#""-2e3""#, -2000), ("18446744073709551615", 0x1p64),
    ])
    func `values that clients send as text or odd tokens`(sent: String, value: Double) throws {
        let columns = try decode(batch(#"{"metricName":"a","metricValue":\#(sent)}"#))
        #expect(columns.values.map(\.bitPattern) == [value.bitPattern] || (columns.values[0].isNaN && value.isNaN))
        #expect(columns.skipped.isEmpty)
    }

    @Test func `text that is no number is left out and named`() throws {
        let columns = try decode(
            batch(#"{"metricName":"bad","metricValue":"[1, 2]"},{"metricName":"good","metricValue":1}"#))
        #expect(columns.skipped == ["bad"])
        #expect(columns.series == [.init(name: "good", context: "")])
        #expect(columns.seriesIndex == [0])
        let none = try decode(batch(#"{"metricName":"bad","metricValue":"x"}"#))
        #expect(none.values.isEmpty && none.skipped == ["bad"])
    }

    @Test(arguments: [
        (#"{"metricName":"a","metricValue":1},{"metricValue":1}"#, "values[1].metricName is missing"),
        (#"{"metricName":"a"}"#, "values[0].metricValue is missing"),
        (#"{"metricName":"a","metricValue":[1]}"#, "values[0].metricValue must be a number, not a list"),
        (#"{"metricName":"a","metricValue":1,"step":"x"}"#, "values[0].step must be a number, not text"),
        (#"{"metricName":5,"metricValue":1}"#, "values[0].metricName must be text, not a number"),
        (#"7"#, "values[0] must be an object, not a number"),
    ])
    func `a wrong item is named by number and field`(points: String, message: String) {
        let error = #expect(throws: JSONError.self) { try decode(batch(points)) }
        #expect(error?.message == "The field \(message)\(message.hasSuffix("missing") ? " or empty" : "").")
    }

    @Test func `more points than are taken at once are refused`() {
        let many = Array(repeating: #"{"metricName":"a","metricValue":1}"#, count: 2001).joined(separator: ",")
        let error = #expect(throws: JSONError.self) { try decode(batch(many)) }
        #expect(error?.kind == .tooLarge)
    }

    @Test(arguments: [
        (#""a\u0000b""#, "metricName holds a NUL or bytes that are no text"),
        ("\"\(String(repeating: "x", count: 10 << 20))\"", "metricName is longer than 1000 bytes"),
        (#""a","step":1e300"#, "step is out of range"), (#""a","epoch":"-Infinity""#, "epoch is out of range"),
    ])
    func `what no point can have is refused`(name: String, rule: String) {
        let error = #expect(throws: JSONError.self) { try decode(batch(#"{"metricValue":1,"metricName":\#(name)}"#)) }
        #expect(error?.message == "The field values[0].\(rule).")
    }

    @Test func `the fast and the tolerant reader agree`() throws {
        var random = SeededRandom(seed: 5)
        for _ in 0..<300 {
            let points = (0..<Int.random(in: 1...20, using: &random)).map { _ in Self.point(&random) }
            let strict = try decode(batch(points.joined(separator: ",")))
            // A member that is not looked at makes the text one that only the tolerant reader takes.
            let odd = points.map { $0.dropLast() + #","odd":NaN}"# }
            #expect(try decode(batch(odd.joined(separator: ","))) == strict)
        }
    }

    private static func point(_ random: inout SeededRandom) -> String {
        let names = ["loss", "acc", "train/loss", "été"]
        let values = [
            "1", "-2.5", "1e300", #""NaN""#, #""inf""#, #""1.25""#, #""zebra""#, "true", "0", #""0x10""#, #""+1""#,
            #""""#,
        ]
        let steps = ["null", "0", "17", "1.5", #""3""#]
        func pick(_ list: [String]) -> String { list[Int.random(in: 0..<list.count, using: &random)] }
        return
            #"{"metricName":"\#(pick(names))","metricValue":\#(pick(values)),"step":\#(pick(steps)),"context":\#(pick(["null", #""train""#])),"epoch":\#(pick(steps)),"timestamp":\#(pick(["null", "5", "1.7e12"]))}"#
    }
}

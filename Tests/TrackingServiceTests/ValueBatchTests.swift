import Foundation
import Model
import SwiftProtobuf
import Testing
import WireMessages

@testable import TrackingService

/// What a message of columns becomes.
@Suite struct ValueBatchTests {
    private struct Sent {
        var name = "lr"
        var value = "0.5"
        var json = ""
        var source = ""
        var context = ""
        var form: UInt8 = 1
        var time: Int64 = 7
        var step = Double.nan
    }

    private func columns(_ values: [Sent]) -> ValueColumns {
        .with { columns in
            for value in values {
                for text in [value.name, value.value, value.json, value.source, value.context] {
                    columns.texts.append(contentsOf: text.utf8)
                    columns.lengths.append(UInt32(text.utf8.count))
                }
                columns.forms.append(value.form)
                columns.timesMs.append(value.time)
                columns.steps.append(value.step)
            }
        }
    }

    @Test func `each form is written as it was sent`() throws {
        let batch = try ValueBatch(
            columns([
                Sent(name: "a", value: "0.50", source: "manual"), Sent(name: "b", value: "3", form: 0, step: 2),
                Sent(name: "c", value: "x\"y", json: #""x\"y""#, context: "train", form: 2),
            ]))
        #expect(
            ValueDocument.encode(batch) == #"""
                {"":{"t":7,"q":1,"o":"manual"},"a":0.50,"b":{"t":7,"v":"3","n":3,"s":2.0},\#
                "c":{"t":7,"v":"x\"y","j":"\"x\\\"y\"","c":"train"}}
                """#)
        let values = try batch.values()
        #expect(values.map(\.json) == [#""0.50""#, "3", #""x\"y""#])
        #expect(ValueDocument.decode(ValueDocument.encode(batch)) == values)
    }

    @Test func `a plain batch is written as its values would be one by one`() throws {
        let sent = (0..<40).map { Sent(name: "p\($0)", value: ["adam", "1e5", "-0.25", "", "07"][$0 % 5]) }
        let batch = try ValueBatch(columns(sent))
        #expect(batch.isPlain)
        #expect(try ValueDocument.encode(batch) == ValueDocument.encode(batch.values()))
    }

    @Test func `what needs a look at each value is not plain`() throws {
        for odd in [
            Sent(name: ""), Sent(name: "a\0"), Sent(value: "\0"), Sent(name: "twice"),
            Sent(name: String(repeating: "n", count: LoggedValue.nameBytesMax + 1)),
            Sent(value: String(repeating: "v", count: LoggedValue.valueBytesMax + 1)),
            Sent(context: String(repeating: "c", count: LoggedValue.nameBytesMax + 1)),
        ] {
            #expect(try !ValueBatch(columns([Sent(name: "twice"), odd])).isPlain)
        }
        let failure = #expect(throws: Failure.self) { try ValueBatch(columns([Sent(value: "a\0b")])).values() }
        #expect(failure?.message == "The value of lr holds a NUL byte.")
        let nameless = #expect(throws: Failure.self) { try ValueBatch(columns([Sent(name: "")])).values() }
        #expect(nameless?.reason == "name_empty")
    }

    @Test func `without a time it is logged now`() throws {
        let time = try #require(try ValueBatch(columns([Sent(time: 0)])).values().first?.time)
        #expect(abs(time - Date().milliseconds) < 60_000)
    }

    @Test func `columns that do not fit together are refused`() throws {
        let good = columns([Sent(), Sent(name: "b")])
        #expect(try ValueBatch(good).count == 2)
        let breaks: [(inout ValueColumns) -> Void] = [
            { $0.texts.removeLast() }, { $0.texts.append(1) }, { $0.lengths.removeLast() }, { $0.lengths[0] = 99 },
            { $0.lengths[0] = .max }, { $0.forms.removeLast() }, { $0.forms[0] = 3 }, { $0.steps.removeLast() },
            { $0.timesMs.removeLast() }, { $0.timesMs.append(1) },
        ]
        for spoil in breaks {
            var bad = good
            spoil(&bad)
            #expect(throws: Failure.self) { try ValueBatch(bad) }
        }
        let many = columns((0...LoggedValue.requestCountMax).map { Sent(name: "p\($0)") })
        #expect(#expect(throws: Failure.self) { try ValueBatch(many) }?.code == .exhausted)
    }
}

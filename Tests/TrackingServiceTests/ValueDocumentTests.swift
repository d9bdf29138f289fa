import Foundation
import Model
import Postgres
import TestKit
import Testing

@testable import TrackingService

/// How values are written down, and that nothing is lost on the way (Docs/formats/values.md).
@Suite struct ValueDocumentTests {
    private static let alphabet = Array("ab\"\\\n\t\u{1}\u{7f}é漢😀{}[]:, ")
    private static let numbers = [
        "0", "-0", "0.10", "-0.00", "-7.250", "1e-05", "1E5", "007", ".5", "5.", "-", "+1", "1e999", "nan",
        "3.0000000000000001", "1234567890123456789012345678901234567890",
    ]

    private func someText(_ random: inout SeededRandom) -> String {
        let count = Int.random(in: 0...12, using: &random)
        return String((0..<count).map { _ in Self.alphabet.randomElement(using: &random) ?? "a" })
    }

    /// Mostly alike in time, source and how they were sent.
    private func someValue(_ name: String, _ random: inout SeededRandom) throws -> LoggedValue {
        func seldom() -> Bool { Int.random(in: 0..<6, using: &random) == 0 }
        let shown = Bool.random(using: &random) ? someText(&random) : Self.numbers.randomElement(using: &random) ?? "1"
        let quoted = seldom() ? shown : "\"\(shown)\""
        return try LoggedValue(
            name: name, value: shown, json: seldom() ? "[\(shown)]" : quoted, time: seldom() ? 5 : 7,
            step: seldom() ? 3.5 : nil, context: seldom() ? "train" : "", source: seldom() ? "" : "manual")
    }

    @Test func `documents of values come back as they went in, through PostgreSQL, too`() async throws {
        var random = SeededRandom(seed: 11)
        try await Desk.with { desk in
            for _ in 0..<300 {
                var values: [LoggedValue] = []
                for index in 0..<Int.random(in: 0...8, using: &random) {
                    values.append(try someValue(someText(&random) + "\(index)", &random))
                }
                let written = ValueDocument.encode(values)
                let stored = try await desk.owner.first("SELECT \(written)::jsonb::text", for: .none) { row in
                    try row.read(String.self)
                }
                let expected = values.sorted { $0.name < $1.name }
                #expect(ValueDocument.decode(written) == expected)
                #expect(ValueDocument.decode(try #require(stored)) == expected)
            }
        }
    }

    @Test func `what values have in common is said once`() throws {
        let (quoted, source) = (["0.10", "adam", "1e-05", "-0", ""], "manual")
        let values = try quoted.enumerated().map { index, text in
            try LoggedValue(name: "p\(index)", value: text, json: "\"\(text)\"", time: 7, source: source)
        }
        let written = #"""
            {"":{"t":7,"q":1,"o":"manual"},"p0":0.10,"p1":"adam","p2":{"v":"1e-05","n":1e-05},\#
            "p3":{"v":"-0","n":-0},"p4":""}
            """#
        #expect(ValueDocument.encode(values) == written)
        let other = try LoggedValue(name: "x", value: "3", time: 8, source: source)
        #expect(
            ValueDocument.encode(values + [other]) == written.dropLast() + #","x":{"t":8,"o":"manual","v":"3","n":3}}"#)
    }

    @Test func `a document says nothing twice, and an older one that does reads the same`() throws {
        let value = try LoggedValue(name: "lr", value: "0.10", json: #""0.10""#, time: 7, source: "manual")
        #expect(ValueDocument.encode([value]) == #"{"lr":{"t":7,"q":1,"o":"manual","v":"0.10","n":0.10}}"#)
        let wordy = #"{"lr": {"j": "\"0.10\"", "n": 0.1, "o": "manual", "t": 7, "v": "0.10", "hi": 0.1, "lo": 0.1}}"#
        #expect(ValueDocument.decode(wordy) == [value])
        for (text, number) in [("1e5", "100000.0"), ("05", "5.0"), ("-.5", "-0.5"), ("+1", "1.0"), ("-0", "-0")] {
            let written = ValueDocument.encode([try LoggedValue(name: "a", value: text, time: 0)])
            #expect(written == #"{"a":{"t":0,"v":"\#(text)","n":\#(number)}}"#)
        }
    }

    /// What the database merges, name by name, is what the values of all requests are together.
    @Test func `requests merge into what they say together`() async throws {
        var random = SeededRandom(seed: 12)
        try await Desk.with { desk in
            for run in 0..<40 {
                try await desk.start(key(run))
                var sent: [LoggedValue] = []
                for _ in 0..<4 {
                    var names: Set<Int> = []
                    for _ in 0..<Int.random(in: 1...6, using: &random) {
                        names.insert(.random(in: 0..<8, using: &random))
                    }
                    let batch = try names.sorted().map { try someValue("p\($0)", &random) }
                    try await desk.values.logParameters(ValueBatch(batch), to: key(run), as: desk.alice.access)
                    sent += batch
                }
                let stored = try await desk.values.get(key(run), as: desk.alice.access).parameters
                #expect(stored == Values.latest(sent).sorted { $0.name < $1.name })
            }
        }
    }

    @Test func `nothing remains of parameters that are removed, and their names are free again`() async throws {
        try await Desk.with { desk in
            let access = desk.alice.access
            try await desk.start(key(1))
            let batch = try ["a", "b", "c"].map { try value($0, "1", at: 5) }
            for _ in 0..<2 {
                try await desk.values.logParameters(batch, to: key(1), as: access)
                try await desk.values.deleteParameters(["a", ""], of: key(1), as: access)
                #expect(try await desk.values.get(key(1), as: access).parameters == Array(batch.dropFirst()))
                try await desk.values.deleteParameters(["b", "c"], of: key(1), as: access)
                #expect(try await desk.values.get(key(1), as: access).parameters.isEmpty)
            }
            let later = try ["a", "x", "y"].map { try value($0, "2", at: 9) }
            try await desk.values.logParameters(later, to: key(1), as: access)
            #expect(try await desk.values.get(key(1), as: access).parameters == later)
        }
    }

    @Test func `a copied run keeps its own values, and what it did not have reads as in the other`() async throws {
        try await Desk.with { desk in
            let access = desk.alice.access
            let (theirs, own) = try (
                ["a", "b", "c"].map { try value($0, "0.50", at: 5) },
                ["b", "x", "y"].map { try value($0, "own", at: 9) }
            )
            try await desk.start(key(1))
            try await desk.start(key(2))
            try await desk.values.logParameters(theirs, to: key(1), as: access)
            try await desk.values.logParameters(own, to: key(2), as: access)
            let (source, target) = try await (
                desk.runs.get(key(1), as: access).place, desk.runs.get(key(2), as: access).place
            )
            try await StepCopyStore(database: desk.database).copyValues(from: source, to: target)
            #expect(
                try await desk.values.get(key(2), as: access).parameters
                    == [theirs[0], own[0], theirs[2], own[1], own[2]])
        }
    }
}

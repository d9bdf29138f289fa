import Foundation
import Model
import Testing

@testable import TrackingService

@Suite struct ValueTests {
    @Test func `logging the same twice changes nothing`() async throws {
        try await Desk.with { desk in
            let access = desk.alice.access
            try await desk.start(key(1))
            for _ in 0..<2 {
                try await desk.values.logParameters(
                    [value("lr", "0.5"), value("opt", "adam")], to: key(1), as: access)
                try await desk.values.editTags(add: ["a", "b", "a"], remove: [], of: key(1), as: access)
                try await desk.values.logOthers([value("Name", "my run"), value("x", "y")], to: key(1), as: access)
            }
            let all = try await desk.values.get(key(1), as: access)
            #expect(all.parameters == [try value("lr", "0.5"), try value("opt", "adam")])
            #expect(all.tags == ["a", "b"])
            #expect(all.others.map(\.name) == ["Name", "x"])
            #expect(try await desk.runs.get(key(1), as: access).name == "my run")
        }
    }

    @Test func `an older value does not replace a newer one but widens its range`() async throws {
        try await Desk.with { desk in
            let access = desk.alice.access
            try await desk.start(key(1))
            for (text, time) in [("0.5", 10), ("2", 5), ("0.25", 20), ("none", 30)] {
                try await desk.values.logParameters([value("lr", text, at: Int64(time))], to: key(1), as: access)
            }
            let stored = try await desk.values.get(key(1), as: access).parameters[0]
            #expect(stored.value == "none" && stored.time == 30 && stored.lowText == "0.25" && stored.highText == "2")
        }
    }

    @Test func `within one request the latest of equal names wins`() throws {
        let latest = Values.latest([try value("a", "1", at: 5), try value("b", "x"), try value("a", "3", at: 4)])
        #expect(latest.map(\.name) == ["a", "b"])
        #expect(latest[0].value == "1" && latest[0].low == 1 && latest[0].high == 3)
    }

    @Test func `parameters and tags are removed by name`() async throws {
        try await Desk.with { desk in
            let access = desk.alice.access
            try await desk.start(key(1))
            try await desk.values.logParameters([value("a", "1"), value("b", "2")], to: key(1), as: access)
            try await desk.values.deleteParameters(["a", "unknown"], of: key(1), as: access)
            try await desk.values.editTags(add: ["x", "y"], remove: ["y"], of: key(1), as: access)
            try await desk.values.editTags(add: ["z"], remove: ["x"], of: key(1), as: access)
            let all = try await desk.values.get(key(1), as: access)
            #expect(all.parameters.map(\.name) == ["b"] && all.tags == ["z"])
        }
    }

    @Test func `a NUL is refused, naming where it stands`() async throws {
        let failure = #expect(throws: Failure.self) { try value("lr", "a\0b") }
        #expect(failure?.message == "The value of lr holds a NUL byte.")
        #expect(throws: Failure.self) { try value("l\0r", "1") }
        try await Desk.with { desk in
            try await desk.start(key(1))
            #expect(
                await refusal {
                    try await desk.values.editTags(add: ["\0"], remove: [], of: key(1), as: desk.alice.access)
                }
                    == "invalid text_holds_nul")
        }
    }

    @Test func `another tenant neither sees nor changes values`() async throws {
        try await Desk.with { desk in
            try await desk.start(key(1))
            let (values, mallory) = (desk.values, desk.mallory.access)
            for attempt in [
                await refusal { try await values.logParameters([value("a", "1")], to: key(1), as: mallory) },
                await refusal { try await values.logOthers([value("Name", "1")], to: key(1), as: mallory) },
                await refusal { try await values.editTags(add: ["a"], remove: [], of: key(1), as: mallory) },
                await refusal { try await values.deleteParameters(["a"], of: key(1), as: mallory) },
                await refusal { try await values.get(key(1), as: mallory) },
            ] { #expect(attempt == "notFound experiment_unknown") }
            let viewer = desk.alice.access(.viewer)
            #expect(
                await refusal { try await values.logParameters([value("a", "1")], to: key(1), as: viewer) }
                    == "forbidden")
        }
    }

    @Test(arguments: ["nan", "inf", "0x10", "1e999", "", "1,5", "١"])
    func `what is no finite decimal is no number`(_ text: String) {
        #expect(LoggedValue.number(text) == nil)
    }

    @Test func `system details grow field by field`() async throws {
        try await Desk.with { desk in
            let access = desk.alice.access
            try await desk.start(key(1))
            #expect(try await desk.details.get(key(1), as: access) == "{}")
            try await desk.details.merge(
                #"{"os":"Linux","env":null,"logAdditionalSystemInfoList":[{"key":"a","value":"1"}]}"#, into: key(1),
                as: access)
            try await desk.details.merge(
                #"{"pid":7,"os":null,"logAdditionalSystemInfoList":[{"key":"a","value":"2"}]}"#, into: key(1),
                as: access)
            #expect(
                try await desk.details.get(key(1), as: access)
                    == #"{"os": "Linux", "pid": 7, "logAdditionalSystemInfoList": [{"key": "a", "value": "2"}]}"#)
            for bad in ["[1]", "7", "{", #"{"a":"\u0000"}"#] {
                #expect(
                    await refusal { try await desk.details.merge(bad, into: key(1), as: access) }
                        == "invalid json_invalid")
            }
            #expect(
                await refusal { try await desk.details.get(key(1), as: desk.mallory.access) }
                    == "notFound experiment_unknown")
        }
    }

    @Test func `documents are replaced, or appended to once for each token`() async throws {
        try await Desk.with { desk in
            let (access, html) = (desk.alice.access, try Document.Kind("html"))
            try await desk.start(key(1))
            #expect(try await desk.documents.find(html, of: key(1), as: access) == nil)
            for (text, token) in [("<a>", "1"), ("<a>", "1"), ("<b>", "2"), ("<a>", "1"), ("<c>", "")] {
                try await desk.documents.set(html, text, .append(token: token), of: key(1), as: access)
            }
            #expect(try await desk.documents.find(html, of: key(1), as: access) == "<a><b><c>")
            try await desk.documents.set(html, "new", .replace, of: key(1), as: access)
            #expect(try await desk.documents.find(html, of: key(1), as: access) == "new")
            try await desk.documents.set(.filePath, "/home/me/train.py", .replace, of: key(1), as: access)
            #expect(try await desk.runs.get(key(1), as: access).fileName == "train.py")
            let git = try Document.Kind("git_metadata")
            #expect(
                await refusal { try await desk.documents.set(git, "{", .replace, of: key(1), as: access) }
                    == "invalid json_invalid")
            #expect(
                await refusal { try await desk.documents.find(html, of: key(1), as: desk.mallory.access) }
                    == "notFound experiment_unknown")
        }
    }
}

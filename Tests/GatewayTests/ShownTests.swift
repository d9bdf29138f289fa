import Foundation
import SwiftProtobuf
import Testing
import WireMessages

@testable import Gateway

@Suite struct ShownTests {
    @Test(arguments: [
        (0.0, "0"), (-0.0, "0"), (1, "1"), (20_000, "20000"), (-3, "−3"), (0.1 + 0.2, "0.3"), (0.0003, "0.0003"),
        (1.5421e-10, "1.542e−10"), (2e-5, "2e−5"), (123_456.7, "123457"), (18_169_000_000, "18.169\u{202f}G"),
        (1_000_000, "1\u{202f}M"), (3.2e20, "3.2e20"), (.nan, "NaN"), (.infinity, "∞"), (-.infinity, "−∞"),
        (0.922709, "0.92271"),
    ])
    func `a number is as long as it must be`(value: Double, text: String) {
        #expect(Shown.number(value) == text)
    }

    @Test(arguments: [(0, "just now"), (59, "just now"), (61, "1 min ago"), (7300, "2 h ago"), (200_000, "2 d ago")])
    func `a time is told in one unit`(seconds: Int64, text: String) {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        #expect(Shown.ago((1_800_000_000 - seconds) * 1000, now: now) == text)
    }

    @Test func `a month ago is a day`() {
        let now = Date(timeIntervalSince1970: 1_800_000_000)
        #expect(Shown.ago((1_800_000_000 - 40 * 86_400) * 1000, now: now) == "2026-12-06")
    }

    @Test(arguments: [
        ("plain\n", "plain\n"), ("\u{1b}[1;31mred\u{1b}[0m\n", "red\n"), (" 10%\r 20%\r 30%", " 30%"),
        ("a\r\nb\r\n", "a\nb\n"), ("\u{1b}]0;title\u{07}x", "x"), ("\u{1b}]8;;u\u{1b}\\x", "x"),
        ("50%\r", "50%"), ("\u{1b}[", ""),
    ])
    func `output is text without the moves of a terminal`(raw: String, shown: String) {
        #expect(ConsoleText.plain(raw) == shown)
    }

    @Test func `a bar that writes over itself is shown once`() {
        let lines = ["start\n", "\r 1/3", "\r 2/3", "\r 3/3", "\nend\n"].map { text in
            OutputLine.with { $0.text = text }
        }
        #expect(ConsoleText.shown(lines).map(\.text).joined() == "start\n 3/3\nend\n")
    }

    @Test func `a table needs its name and lines of one length`() {
        let good = PreviewTable("a,b\n1,\"x, \"\"y\"\"\n\"\n2,z\r\n", fileName: "dir/T.CSV")
        #expect(good?.head == ["a", "b"])
        #expect(good?.rows.map(\.cells) == [["1", "x, \"y\"\n"], ["2", "z"]])
        #expect(PreviewTable("a\tb\n1\t2\n", fileName: "t.tsv")?.rows.map(\.cells) == [["1", "2"]])
        #expect(PreviewTable("a,b\n1\n", fileName: "t.csv") == nil)
        #expect(PreviewTable("a,b\n1,2\n", fileName: "t.txt") == nil)
        #expect(PreviewTable("", fileName: "t.csv") == nil)
        let long = String(repeating: "1\n", count: PreviewTable.linesMax + 1)
        #expect(PreviewTable(long, fileName: "t.csv") == nil)
    }

    @Test func `a confusion matrix and a curve are tables too`() {
        let matrix = #"{"labels":["cat","<dog>"],"matrix":[[2,0],[1,1]],"rowLabel":"is","columnLabel":"said"}"#
        let table = PreviewTable(json: matrix, type: "confusion-matrix")
        #expect(table?.head == ["is \\ said", "cat", "<dog>"])
        #expect(table?.rows.map(\.cells) == [["cat", "2", "0"], ["<dog>", "1", "1"]])
        let curve = PreviewTable(json: #"{"x":[0,0.5],"y":[0,1],"name":"roc"}"#, type: "curve")
        #expect(curve?.head == ["x", "roc"] && curve?.rows.map(\.cells) == [["0", "0"], ["0.5", "1"]])
        for (json, type) in [
            (matrix, "asset"), ("[]", "curve"), ("{", "curve"), (#"{"x":[1],"y":[]}"#, "curve"),
            (#"{"labels":["a"],"matrix":[[1,2]]}"#, "confusion-matrix"),
            (#"{"labels":["a"],"matrix":[1]}"#, "confusion-matrix"),
            (#"{"labels":[],"matrix":[]}"#, "confusion-matrix"),
        ] {
            #expect(PreviewTable(json: json, type: type) == nil, "\(type) \(json)")
        }
    }
}

@Suite struct ChartGroupTests {
    @Test func `charts stand in groups by the beginning of their names, the machine's folded at the end`() throws {
        let names = [
            "train/loss", "train/acc", "loss", "sys.cpu", "val/loss", "/odd", "layer10/w", "layer9/w", "sys.x/y",
        ]
        let run = ExperimentRecord.with { run in
            run.summaries = names.map { name in SummaryRecord.with { $0.name = name } }
        }
        let groups = try #require(RunPage.charts(run)["groups"] as? [RunPage.ChartGroup])
        #expect(groups.map(\.title) == ["Metrics", "layer9", "layer10", "train", "val", "System"])
        #expect(groups.map(\.open) == [true, true, true, true, true, false])
        #expect(groups.map { $0.panels.map(\.name) }.first == ["/odd", "loss"])
        #expect(groups.last?.panels.map(\.name) == ["sys.cpu", "sys.x/y"])
        #expect(groups.reduce(0) { $0 + $1.count } == names.count)
    }

    @Test func `each context is a curve with a colour of its own`() throws {
        let run = ExperimentRecord.with { run in
            run.summaries = ["validate", "train"].map { context in
                SummaryRecord.with { ($0.name, $0.context) = ("accuracy", context) }
            }
        }
        let groups = try #require(RunPage.charts(run)["groups"] as? [RunPage.ChartGroup])
        let curves = try #require(groups.first?.panels.first?.curves)
        #expect(curves.map(\.context) == ["train", "validate"] && curves.map(\.color) == ["c0", "c1"])
    }
}

@Suite struct LinkTests {
    @Test func `a name never ends a part of a path or a parameter`() {
        #expect(Link.run("a/b", "c?d", "e#f") == "/a%2Fb/c%3Fd/e%23f")
        #expect(Link.escaped("ü ~-._9") == "%C3%BC%20~-._9")
        #expect(Link.query("/p", [("q", "a&b=c"), ("x", ""), ("q", "+")]) == "/p?q=a%26b%3Dc&q=%2B")
    }

    @Test(arguments: ["//evil", "https://evil", "/\\evil", "evil", "", "/a b", "/a\n"])
    func `only paths of this site are gone to`(text: String) {
        #expect(Link.local(text) == "/")
        #expect(Link.local("/team/project?q=1") == "/team/project?q=1")
    }
}

import Foundation
import WireMessages

/// The table itself: its columns, heads and cells.
struct RunsTable {
    struct Head {
        let label: String
        let href: String?
        /// `ascending` or `descending`, for `aria-sort`.
        let sorted: String?
        let arrow: String
    }

    struct Cell {
        let text: String
        let title: String?
        /// The style class.
        let kind: String
    }

    struct Line {
        let name: String
        let href: String
        let state: String
        let cells: [Cell]
    }

    struct Choice {
        let id: String
        let label: String
        let chosen: Bool
    }

    /// How many metrics and parameters a table shows of its own accord.
    private static let ownChoice = 4
    private static let fixed: [(id: String, label: String)] = [
        ("started", "Started"), ("duration", "Duration"), ("owner", "Owner"), ("tags", "Tags"),
    ]
    private static let hidden: Set<String> = ["curr_step", "curr_epoch", "Name", "hasNestedParams", "Created from"]

    let view: RunsView
    let experiments: [ExperimentRecord]
    let known: [ListColumnsResponse.Column]
    let href: (String) -> String

    var model: [String: Any] {
        let shown = columns
        var model: [String: Any] = [
            "path": view.path,
            "columns": [head("name", "Run"), head("state", "State")] + shown.map { head($0, label($0)) },
            "rows": experiments.map { line($0, shown) }, "hasRuns": !experiments.isEmpty, "choices": choices(shown),
            "descending": view.descending, "keepSort": view.sort,
            "archivedHref": view.address(sort: view.sort, descending: view.descending, archived: !view.archived),
            "archivedLabel": view.archived ? "Show the runs that are not archived" : "Show archived runs",
        ]
        model["query"] = view.text.isEmpty ? nil : view.text
        return model
    }

    private var columns: [String] {
        if !view.columns.isEmpty { return view.columns }
        let metrics = offered.filter { $0.hasPrefix("metric:") && !$0.hasPrefix("metric:sys.") }.prefix(Self.ownChoice)
        let parameters = offered.filter { $0.hasPrefix("param:") }.prefix(Self.ownChoice)
        return ["started", "duration", "tags"] + metrics + parameters
    }

    private var offered: [String] {
        known.compactMap { column in
            guard !Self.hidden.contains(column.name) else { return nil }
            switch column.source {
            case "metrics": return "metric:" + column.name
            case "params": return "param:" + column.name
            case "log_other": return "other:" + column.name
            default: return nil
            }
        }
    }

    private func choices(_ shown: [String]) -> [Choice] {
        (Self.fixed.map(\.id) + offered).map { Choice(id: $0, label: label($0), chosen: shown.contains($0)) }
    }

    private func label(_ id: String) -> String {
        Self.fixed.first { $0.id == id }?.label ?? String(id.drop { $0 != ":" }.dropFirst())
    }

    private func head(_ id: String, _ label: String) -> Head {
        guard id != "tags", id != "owner" else { return Head(label: label, href: nil, sorted: nil, arrow: "") }
        let isSorted = view.sort == id
        let next = isSorted ? !view.descending : id.hasPrefix("metric:") || id == "started"
        return Head(
            label: label, href: view.address(sort: id, descending: next, archived: view.archived),
            sorted: isSorted ? (view.descending ? "descending" : "ascending") : nil,
            arrow: isSorted ? (view.descending ? " ↓" : " ↑") : "")
    }

    private func line(_ run: ExperimentRecord, _ shown: [String]) -> Line {
        Line(name: run.name, href: href(run.ref.key), state: run.state.word, cells: shown.map { cell($0, run) })
    }

    private func cell(_ id: String, _ run: ExperimentRecord) -> Cell {
        let name = String(id.drop { $0 != ":" }.dropFirst())
        switch id.prefix(while: { $0 != ":" }) {
        case "started": return Cell(text: Shown.ago(run.startedMs), title: Shown.time(run.startedMs), kind: "soft")
        case "duration": return Cell(text: run.durationShown, title: nil, kind: "num")
        case "owner": return Cell(text: run.ownerName, title: nil, kind: "clip")
        case "tags":
            let tags = run.tags.joined(separator: ", ")
            return Cell(text: tags, title: tags, kind: "clip")
        case "metric":
            guard let summary = run.summaries.first(where: { $0.name == name }) else { return Self.empty }
            let range = "min \(Shown.number(summary.min)), max \(Shown.number(summary.max))"
            return Cell(text: Shown.number(summary.current), title: range, kind: "num")
        case "param": return Self.value(run.parameters, name)
        case "other": return Self.value(run.others, name)
        default: return Self.empty
        }
    }

    private static let empty = Cell(text: "", title: nil, kind: "")

    private static func value(_ values: [ValueRecord], _ name: String) -> Cell {
        guard let value = values.first(where: { $0.name == name })?.value else { return empty }
        return Cell(text: Shown.value(value), title: value, kind: Double(value) == nil ? "clip" : "num")
    }
}

extension ExperimentRecord {
    /// Until now for a run that goes on; until its last sign of life for one that was lost.
    var durationShown: String {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        let end = endedMs > 0 ? endedMs : state == .running ? now : updatedMs
        return end > startedMs && startedMs > 0 ? Shown.duration(Double(end - startedMs) / 1000) : ""
    }
}

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
        let kind: String
    }

    struct Cell {
        var text = ""
        var title: String?
        /// The style class.
        var kind = ""
        /// Of a moment, for browsers.
        var time: String?
        var tags: [String] = []
    }

    struct Line {
        let name: String
        let href: String
        let state: String
        let error: String?
        let cells: [Cell]
    }

    struct Choice {
        let id: String
        let label: String
        let chosen: Bool
    }

    struct Choices {
        let title: String
        let items: [Choice]
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
        let lines = experiments.map { line($0, shown) }
        let heads = shown.enumerated().map { place, id in
            head(id, label(id), kind: lines.contains { $0.cells[place].kind == "num" } ? "num" : "")
        }
        var model: [String: Any] = [
            "path": view.path,
            "columns": [head("name", "Run", kind: "name"), head("state", "State", kind: "")] + heads,
            "rows": lines, "hasRuns": !experiments.isEmpty, "choices": choices(shown), "hasChoices": !known.isEmpty,
            "descending": view.descending, "keepSort": view.sort,
        ]
        if !experiments.isEmpty || view.archived {
            model["archivedHref"] = view.address(
                sort: view.sort, descending: view.descending, archived: !view.archived)
            model["archivedLabel"] = view.archived ? "Back to the runs that are not archived" : "Archived runs"
        }
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

    private func choices(_ shown: [String]) -> [Choices] {
        func isSystem(_ id: String) -> Bool { id.hasPrefix("metric:sys.") }
        func group(_ title: String, _ ids: [String]) -> Choices {
            Choices(title: title, items: ids.map { Choice(id: $0, label: label($0), chosen: shown.contains($0)) })
        }
        let all = offered
        let groups = [
            group("Run", Self.fixed.map(\.id)),
            group("Metrics", all.filter { $0.hasPrefix("metric:") && !isSystem($0) }),
            group("Parameters", all.filter { $0.hasPrefix("param:") }),
            group("Other values", all.filter { $0.hasPrefix("other:") }), group("System", all.filter(isSystem)),
        ]
        return groups.filter { !$0.items.isEmpty }
    }

    private func label(_ id: String) -> String {
        Self.fixed.first { $0.id == id }?.label ?? String(id.drop { $0 != ":" }.dropFirst())
    }

    private func head(_ id: String, _ label: String, kind: String) -> Head {
        guard id != "tags", id != "owner" else {
            return Head(label: label, href: nil, sorted: nil, arrow: "", kind: kind)
        }
        let isSorted = view.sort == id
        let next = isSorted ? !view.descending : id.hasPrefix("metric:") || id == "started"
        return Head(
            label: label, href: view.address(sort: id, descending: next, archived: view.archived),
            sorted: isSorted ? (view.descending ? "descending" : "ascending") : nil,
            arrow: isSorted ? (view.descending ? " ↓" : " ↑") : "", kind: kind)
    }

    private func line(_ run: ExperimentRecord, _ shown: [String]) -> Line {
        Line(
            name: run.name, href: href(run.ref.key), state: run.state.word, error: run.error.isEmpty ? nil : run.error,
            cells: shown.map { cell($0, run) })
    }

    private func cell(_ id: String, _ run: ExperimentRecord) -> Cell {
        let name = String(id.drop { $0 != ":" }.dropFirst())
        switch id.prefix(while: { $0 != ":" }) {
        case "started":
            guard let moment = Moment(run.startedMs) else { return Cell() }
            return Cell(text: moment.text, title: moment.full, kind: "time", time: moment.iso)
        case "duration": return Cell(text: run.durationShown, kind: "num")
        case "owner": return Cell(text: run.ownerName, kind: "clip")
        case "tags":
            return Cell(title: run.tags.isEmpty ? nil : run.tags.joined(separator: ", "), kind: "clip", tags: run.tags)
        case "metric":
            guard let summary = run.summaries.first(where: { $0.name == name }) else { return Cell(kind: "num") }
            let range = "lowest \(Shown.number(summary.min)), highest \(Shown.number(summary.max))"
            return Cell(text: Shown.number(summary.current), title: range, kind: "num")
        case "param": return Self.value(run.parameters, name)
        case "other": return Self.value(run.others, name)
        default: return Cell()
        }
    }

    private static func value(_ values: [ValueRecord], _ name: String) -> Cell {
        guard let value = values.first(where: { $0.name == name })?.value else { return Cell() }
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

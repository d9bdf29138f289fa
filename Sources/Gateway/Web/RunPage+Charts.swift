import Foundation
import WireMessages

extension RunPage {
    /// Charts whose names begin alike, up to the first slash.
    struct ChartGroup {
        let name: String
        let title: String
        let open: Bool
        let count: Int
        let panels: [PanelModel]
    }

    struct PanelModel {
        let name: String
        let source: String
        let curves: [CurveModel]
    }

    struct CurveModel {
        let context: String
        /// The style class of its colour.
        let color: String
        let current: String
        let currentAt: String
        let min: String
        let minAt: String
        let max: String
        let maxAt: String
    }

    private static let colors = 6
    /// With more charts than this a field that filters them is of use.
    private static let manyCharts = 8

    static func charts(_ run: ExperimentRecord) -> [String: Any] {
        let byName = Dictionary(grouping: run.summaries, by: \.name)
        let byGroup = Dictionary(grouping: byName.keys, by: group)
        let groups = byGroup.keys.sorted(by: comesFirst).map { group in
            let panels = (byGroup[group] ?? []).sorted { $0.localizedStandardCompare($1) == .orderedAscending }
                .map { panel($0, byName[$0] ?? [], of: run.ref.key) }
            return ChartGroup(
                name: group, title: title(of: group), open: group != system, count: panels.count, panels: panels)
        }
        return [
            "groups": groups, "hasPanels": !groups.isEmpty, "isMany": byName.count > manyCharts, "total": byName.count,
        ]
    }

    private static let system = "sys."

    private static func group(of name: String) -> String {
        if name.hasPrefix(system) { return system }
        guard let slash = name.firstIndex(of: "/"), slash > name.startIndex else { return "" }
        return String(name[...slash])
    }

    private static func title(of group: String) -> String {
        switch group {
        case "": "Metrics"
        case system: "System"
        default: String(group.dropLast())
        }
    }

    /// What stands alone, then the groups by name, and what the machine did after what was learned.
    private static func comesFirst(_ left: String, _ right: String) -> Bool {
        func rank(_ group: String) -> Int { group == system ? 2 : group.isEmpty ? 0 : 1 }
        return rank(left) == rank(right)
            ? left.localizedStandardCompare(right) == .orderedAscending : rank(left) < rank(right)
    }

    private static func panel(_ name: String, _ summaries: [SummaryRecord], of key: String) -> PanelModel {
        let curves = summaries.sorted { $0.context < $1.context }.enumerated().map { place, summary in
            CurveModel(
                context: summary.context, color: "c\(place % colors)",
                current: Shown.number(summary.current), currentAt: at(summary.currentStep, summary.currentMs),
                min: Shown.number(summary.min), minAt: at(summary.minStep, summary.minMs),
                max: Shown.number(summary.max), maxAt: at(summary.maxStep, summary.maxMs))
        }
        return PanelModel(name: name, source: api(key, "metrics/" + Link.escaped(name)), curves: curves)
    }

    private static func at(_ step: Double, _ time: Int64) -> String {
        (step.isNaN ? "" : "step \(Shown.step(step)), ") + Shown.time(time)
    }
}

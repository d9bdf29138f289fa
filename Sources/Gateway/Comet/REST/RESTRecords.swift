import HTTPTypes
import HotJSON
import Hummingbird
import Model
import WireMessages

/// How our records read in the dialect: values as text, times in epoch milliseconds.
extension JSONWriter {
    mutating func cometSummary(_ summary: SummaryRecord) {
        object { writer in
            writer.member("name", summary.name)
            for (suffix, value, step, time) in [
                ("Max", summary.max, summary.maxStep, summary.maxMs),
                ("Min", summary.min, summary.minStep, summary.minMs),
                ("Current", summary.current, summary.currentStep, summary.currentMs),
            ] {
                writer.member("value" + suffix, JSONNumberText.value(value))
                writer.time("timestamp" + suffix, time)
                writer.key("step" + suffix)
                writer.number(step)
                writer.key("runContext" + suffix)
                writer.optional(summary.context.isEmpty ? nil : summary.context)
            }
            writer.member("editable", false)
        }
    }
}

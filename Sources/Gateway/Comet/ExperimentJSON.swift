import HotJSON
import Model
import WireMessages

/// Records as the dialect writes them. The one place for it: reads, lists and search all answer with these.
enum ExperimentJSON {
    /// comet-rest §3 `experiment/metadata`, and each item of a list.
    static func metadata(
        _ record: ExperimentRecord, in project: ProjectRecord, nowMs: Int64, _ writer: inout JSONWriter
    ) {
        let isRunning = record.state == .running
        writer.object { writer in
            writer.member("experimentKey", record.ref.key)
            writer.member("experimentName", record.name)
            writer.member("archived", record.archived)
            writer.member("durationMillis", max(0, (record.endedMs > 0 ? record.endedMs : nowMs) - record.startedMs))
            writer.member("startTimeMillis", record.startedMs)
            writer.key("endTimeMillis")
            if record.endedMs > 0 { writer.integer(record.endedMs) } else { writer.null() }
            writer.member("fileName", record.fileName)
            writer.member("filePath", record.filePath)
            writer.key("optimizationId")
            writer.optional(record.optimizationID.isEmpty ? nil : record.optimizationID)
            writer.member("projectId", CometID.text(project.id))
            writer.member("projectName", project.name)
            writer.member("workspaceName", project.workspaceName)
            writer.member("running", isRunning)
            writer.member("hasCrashed", record.hasCrashed_p)
            writer.member("throttle", false)
            writer.nullMember("throttleMessage")
            writer.key("throttleReasons")
            writer.array { _ in }
            writer.member("userName", record.ownerName)
        }
    }

    /// comet-rest §3 `metrics/summary`, `parameters` and `log-other` share one shape; their values are text.
    static func value(_ record: ValueRecord, _ writer: inout JSONWriter) {
        func step() -> String? { record.step.isFinite ? JSONNumberText.of(record.step) : nil }
        writer.object { writer in
            writer.member("name", record.name)
            writer.member("valueMax", record.max.isEmpty ? record.value : record.max)
            writer.member("valueMin", record.min.isEmpty ? record.value : record.min)
            writer.member("valueCurrent", record.value)
            for moment in ["timestampMax", "timestampMin", "timestampCurrent"] { writer.member(moment, record.timeMs) }
            for moment in ["stepMax", "stepMin", "stepCurrent"] {
                writer.key(moment)
                if let step = step() { writer.raw(step) } else { writer.null() }
            }
            for moment in ["runContextMax", "runContextMin", "runContextCurrent"] {
                writer.key(moment)
                writer.optional(record.context.isEmpty ? nil : record.context)
            }
            writer.key("source")
            writer.optional(record.source.isEmpty ? nil : record.source)
            writer.member("editable", false)
        }
    }

    /// comet-rest §3 `metrics/get-metric`: one object for each point of a block.
    static func points(_ block: SeriesBlock, _ writer: inout JSONWriter) {
        for index in block.values.indices {
            writer.object { writer in
                writer.member("metricName", block.name)
                writer.member("metricValue", JSONNumberText.value(block.values[index]))
                writer.member("timestamp", block.timesMs[index])
                writer.key("step")
                writer.number(index < block.steps.count ? block.steps[index] : .nan)
                writer.key("epoch")
                writer.number(index < block.epochs.count ? block.epochs[index] : .nan)
                writer.key("runContext")
                writer.optional(block.context.isEmpty ? nil : block.context)
                writer.nullMember("offset")
            }
        }
    }
}

/// Doubles as the dialect writes them: whole numbers without a fraction.
enum JSONNumberText {
    static func of(_ number: Double) -> String {
        if let integer = Int64(exactly: number), abs(number) < 1e15 { return String(integer) }
        return number.description
    }

    /// A metric's value, as text.
    static func value(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
        return of(number)
    }
}

extension JSONWriter {
    /// A step or epoch; `null` for NaN, which means none.
    mutating func number(_ number: Double) {
        if number.isFinite { raw(JSONNumberText.of(number)) } else { null() }
    }
}

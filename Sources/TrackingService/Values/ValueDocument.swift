/// The JSON document that holds an experiment's parameters, or its others (Docs/formats/values.md).
enum ValueDocument {
    /// As many values as a head is worth while for.
    private static let headFrom = 3

    static func encode(_ values: [LoggedValue]) -> String {
        encode(ValueBatch(values))
    }

    /// Of values whose names are distinct.
    static func encode(_ values: ValueBatch) -> String {
        let hasHead = values.count >= headFrom
        var writer = DocumentWriter(capacity: 64 + values.count * (hasHead ? 48 : 96), hasHead: hasHead)
        values.forEach { writer.put($0) }
        return writer.finish()
    }

    /// In the order of the names. What is no such document reads as far as it goes.
    static func decode(_ text: String) -> [LoggedValue] {
        var values: [LoggedValue] = []
        var head = WrittenValue()
        var reader = FlatJSON(text)
        while let name = reader.nextKey() {
            let written = WrittenValue(&reader)
            if name.isEmpty { head = written } else { values.append(written.whole(named: name, head)) }
        }
        return values.sorted { $0.name < $1.name }
    }
}

/// What stands in a document of one value, or of what its values have in common.
private struct WrittenValue {
    private var (value, json, context, source) = ("", "", "", "")
    private var time: Int64?
    private var isQuoted = false
    private var step: Double?
    private var (number, low, high): (Double?, Double?, Double?)

    init() {}

    init(_ reader: inout FlatJSON) {
        switch reader.scalar() {
        case .text(let text): value = text
        case .number(let text): (value, number) = (text, Double(text))
        case nil: while let field = reader.nextKey() { read(field, reader.scalar()) }
        }
    }

    private mutating func read(_ field: String, _ scalar: FlatJSON.Value?) {
        switch (field, scalar) {
        case ("v", .text(let text)): value = text
        case ("j", .text(let text)): json = text
        case ("c", .text(let text)): context = text
        case ("o", .text(let text)): source = text
        case ("t", .number(let text)): time = Int64(text)
        case ("q", .number): isQuoted = true
        case ("n", .number(let text)): number = Double(text)
        case ("lo", .number(let text)): low = Double(text)
        case ("hi", .number(let text)): high = Double(text)
        case ("s", .number(let text)): step = Double(text)
        default: break
        }
    }

    /// With what the head says of its origin, unless it says that itself.
    func whole(named name: String, _ head: WrittenValue) -> LoggedValue {
        let origin = time == nil ? head : self
        return LoggedValue(
            stored: name, value: value, json: json.isEmpty && origin.isQuoted ? "\"\(value)\"" : json,
            time: origin.time ?? 0, step: step, context: context, source: origin.source, number: number,
            low: low ?? number, high: high ?? number)
    }
}

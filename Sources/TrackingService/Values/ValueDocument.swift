/// The JSON document that holds an experiment's parameters, or its others (Migrations/0006 and 0027).
enum ValueDocument {
    static func encode(_ values: [LoggedValue]) -> String {
        encode(ValueBatch(values))
    }

    /// Of values whose names are distinct.
    static func encode(_ values: ValueBatch) -> String {
        var writer = DocumentWriter(capacity: values.count * 96)
        values.forEach { writer.put($0) }
        return writer.finish()
    }

    /// In the order of the names. What is no such document reads as far as it goes.
    static func decode(_ text: String) -> [LoggedValue] {
        var values: [LoggedValue] = []
        var reader = FlatJSON(text)
        while let name = reader.nextKey() {
            var (texts, numbers): ([String: String], [String: String]) = ([:], [:])
            while let field = reader.nextKey() {
                switch reader.scalar() {
                case .text(let text): texts[field] = text
                case .number(let number): numbers[field] = number
                case nil: break
                }
            }
            let value = texts["v"] ?? ""
            values.append(
                LoggedValue(
                    stored: name, value: value, json: texts["j"] ?? (numbers["q"] == nil ? "" : "\"\(value)\""),
                    time: numbers["t"].flatMap { Int64($0) } ?? 0, step: numbers["s"].flatMap { Double($0) },
                    context: texts["c"] ?? "", source: texts["o"] ?? "",
                    number: numbers["n"].flatMap { Double($0) },
                    low: (numbers["lo"] ?? numbers["n"]).flatMap { Double($0) },
                    high: (numbers["hi"] ?? numbers["n"]).flatMap { Double($0) }))
        }
        return values.sorted { $0.name < $1.name }
    }
}

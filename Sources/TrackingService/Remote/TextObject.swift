/// A JSON object whose values are all texts.
enum TextObject {
    static func encode(_ texts: [String: String]) -> String {
        var (out, isEmpty) = (JSONText(capacity: 64), true)
        out.raw("{")
        for (key, value) in texts {
            if !isEmpty { out.raw(",") }
            isEmpty = false
            out.string(key)
            out.raw(":")
            out.string(value)
        }
        out.raw("}")
        return out.text
    }

    static func decode(_ text: String) -> [String: String] {
        var (texts, reader): ([String: String], FlatJSON) = ([:], FlatJSON(text))
        while let key = reader.nextKey() {
            if case .text(let value) = reader.scalar() { texts[key] = value }
        }
        return texts
    }
}

/// A JSON object whose values are all texts.
enum TextObject {
    static func encode(_ texts: [String: String]) -> String {
        var out: [UInt8] = [UInt8(ascii: "{")]
        for (key, value) in texts {
            if out.count > 1 { out.append(UInt8(ascii: ",")) }
            ValueDocument.put(key, to: &out)
            out.append(UInt8(ascii: ":"))
            ValueDocument.put(value, to: &out)
        }
        out.append(UInt8(ascii: "}"))
        return String(decoding: out, as: UTF8.self)
    }

    static func decode(_ text: String) -> [String: String] {
        var (texts, reader): ([String: String], FlatJSON) = ([:], FlatJSON(text))
        while let key = reader.nextKey() {
            if case .text(let value) = reader.scalar() { texts[key] = value }
        }
        return texts
    }
}

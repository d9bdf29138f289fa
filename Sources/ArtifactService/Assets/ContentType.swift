/// What a file may be shown as. Everything that is not on this short list is `application/octet-stream`; a name alone
/// never makes a type that a browser would run.
enum ContentType {
    static let unknown = "application/octet-stream"
    /// So much of the beginning is looked at.
    static let headBytes = 512

    private static let plainExtensions: Set<String> = [
        "txt", "text", "log", "md", "csv", "tsv", "yaml", "yml", "toml", "ini", "cfg", "conf", "py", "ipynb", "sh",
        "jsonl", "patch", "diff", "xml",
    ]

    static func sniff(_ head: [UInt8], extension given: String, fileName: String, type: String) -> String {
        if let media = media(head) { return media }
        guard isText(head) else { return unknown }
        let ending = given.isEmpty ? lastExtension(of: fileName) : given.lowercased()
        switch ending {
        case "json": return "application/json"
        case "svg": return isSVG(head) ? "image/svg+xml" : unknown
        case _ where plainExtensions.contains(ending) || type == "text-sample": return "text/plain"
        default: return unknown
        }
    }

    private static func media(_ head: [UInt8]) -> String? {
        func has(_ mark: String, at offset: Int = 0) -> Bool {
            head.count >= offset + mark.utf8.count && head[offset...].starts(with: mark.utf8)
        }
        if head.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]) { return "image/png" }
        if head.starts(with: [0xff, 0xd8, 0xff]) { return "image/jpeg" }
        if has("GIF87a") || has("GIF89a") { return "image/gif" }
        if has("RIFF") && has("WEBP", at: 8) { return "image/webp" }
        if has("RIFF") && has("WAVE", at: 8) { return "audio/wav" }
        if has("ftyp", at: 4) && !has("heic", at: 8) { return has("qt  ", at: 8) ? nil : "video/mp4" }
        if head.starts(with: [0x1a, 0x45, 0xdf, 0xa3]) { return "video/webm" }
        if has("ID3") || (head.count > 2 && head[0] == 0xff && [0xfb, 0xf3, 0xf2].contains(head[1])) {
            return "audio/mpeg"
        }
        return has("%PDF-") ? "application/pdf" : nil
    }

    /// UTF-8 without control characters, but for the last character, which may be cut.
    private static func isText(_ head: [UInt8]) -> Bool {
        guard !head.contains(where: { $0 < 0x20 && $0 != 0x09 && $0 != 0x0a && $0 != 0x0d && $0 != 0x1b }) else {
            return false
        }
        let isCut = head.count >= headBytes
        return (0...(isCut ? min(3, head.count) : 0)).contains {
            String(validating: head.dropLast($0), as: UTF8.self) != nil
        }
    }

    private static func isSVG(_ head: [UInt8]) -> Bool {
        let text = String(decoding: head, as: UTF8.self)
        return text.contains("<svg") || text.hasPrefix("<?xml")
    }

    private static func lastExtension(of name: String) -> String {
        guard let dot = name.lastIndex(of: "."), !name[dot...].contains("/") else { return "" }
        return name[name.index(after: dot)...].lowercased()
    }
}

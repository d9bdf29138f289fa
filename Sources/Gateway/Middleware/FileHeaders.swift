import HTTPTypes
import Hummingbird
import Model
import WireMessages

/// What stands above a file of somebody's. It is shown only when it can do nothing: of the types below, under a
/// sandbox, and never as what its sender says that it is.
enum FileHeaders {
    static let inlineTypes: Set<String> = [
        "image/png", "image/jpeg", "image/gif", "image/webp", "image/bmp",
        "video/mp4", "video/webm", "audio/wav", "audio/mpeg", "audio/ogg",
        "text/plain", "application/json",
    ]

    static func fields(for asset: AssetRecord) -> HTTPFields {
        let isInline = inlineTypes.contains(asset.contentType)
        var fields = HTTPFields()
        fields[.contentType] =
            asset.contentType == "text/plain"
            ? "text/plain; charset=utf-8" : isInline ? asset.contentType : "application/octet-stream"
        fields[.contentDisposition] = disposition(isInline ? "inline" : "attachment", asset.asset.fileName)
        fields[.contentSecurityPolicy] = "default-src 'none'; sandbox"
        fields[.xContentTypeOptions] = "nosniff"
        fields[.referrerPolicy] = "no-referrer"
        fields[.crossOriginResourcePolicy] = "same-origin"
        fields[.crossOriginOpenerPolicy] = "same-origin"
        // The bytes behind an id never change, but the right to see them may end.
        fields[.cacheControl] = "private, no-cache"
        fields[.eTag] = tag(of: asset)
        return fields
    }

    static func tag(of asset: AssetRecord) -> String {
        "\"\(CometID.text(asset.digest))\""
    }

    static func matches(_ header: String, _ tag: String) -> Bool {
        header == "*"
            || header.split(separator: ",").contains { one in
                let known = one.drop { $0 == " " }
                return known == tag || known == "W/\(tag)"
            }
    }

    /// RFC 6266 §4.1: an ASCII name for old readers, and the real one by RFC 8187.
    static func disposition(_ kind: String, _ path: String) -> String {
        let name = plainName(path)
        let ascii = String(
            decoding: name.utf8.map { byte in
                (0x20...0x7e).contains(byte) && !#""\%"#.utf8.contains(byte) ? byte : UInt8(ascii: "_")
            }, as: UTF8.self)
        return "\(kind); filename=\"\(ascii)\"; filename*=UTF-8''\(Link.escaped(name))"
    }

    /// The last component, without what could steer a terminal or turn the reading direction.
    private static func plainName(_ path: String) -> String {
        let last = path.split { $0 == "/" || $0 == "\\" }.last ?? "file"
        let scalars = last.unicodeScalars.filter { scalar in
            scalar.properties.generalCategory != .control && scalar.properties.generalCategory != .format
        }
        let name = String(String.UnicodeScalarView(scalars)).prefix(200)
        return name.isEmpty || name == "." || name == ".." ? "file" : String(name)
    }
}

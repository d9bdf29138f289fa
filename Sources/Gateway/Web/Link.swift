import WireMessages

/// Addresses of pages, `/WORKSPACE/PROJECT/EXPERIMENT`, and the one way in which a name gets into an address.
enum Link {
    static func workspace(_ workspace: String) -> String { "/" + escaped(workspace) }

    static func project(_ workspace: String, _ project: String) -> String {
        "/\(escaped(workspace))/\(escaped(project))"
    }

    static func project(_ project: ProjectRecord) -> String {
        Self.project(project.workspaceName, project.name)
    }

    static func run(_ workspace: String, _ project: String, _ key: String) -> String {
        "\(Self.project(workspace, project))/\(escaped(key))"
    }

    /// Everything but RFC 3986's unreserved characters is escaped, so a name never ends a path part or a parameter.
    static func escaped(_ text: some StringProtocol) -> String {
        let hexadecimal = Array("0123456789ABCDEF".utf8)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5a, 0x61...0x7a, 0x2d, 0x2e, 0x5f, 0x7e: bytes.append(byte)
            default: bytes += [UInt8(ascii: "%"), hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// `path?a=b&a=c`; members with an empty value are left out.
    static func query(_ path: String, _ members: [(String, String)]) -> String {
        let kept = members.filter { !$0.1.isEmpty }.map { "\(escaped($0.0))=\(escaped($0.1))" }
        return kept.isEmpty ? path : path + "?" + kept.joined(separator: "&")
    }

    /// A path of this site, or the start page: never somebody else's address (open redirect).
    static func local(_ text: String) -> String {
        let isPath = text.hasPrefix("/") && !text.hasPrefix("//") && !text.contains("\\")
        let isPlain = text.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value < 0x7f }
        return isPath && isPlain ? text : "/"
    }
}

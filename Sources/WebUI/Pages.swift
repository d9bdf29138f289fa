import Foundation
import Mustache

/// The templates and static files, read once at start. Rendering escapes every value.
public struct Pages: Sendable {
    private let library: MustacheLibrary
    private let files: [String: StaticFile]

    /// Addresses of the bundle, with a mark of its content so that browsers may keep it for ever.
    public let early: String
    public let script: String
    public let style: String

    /// Throws when a template does not parse or the bundle is not there.
    public init() async throws {
        let root = Bundle.module.bundleURL
        library = try await MustacheLibrary(directory: root.appending(path: "templates").path())
        files = try Self.load(root.appending(path: "static"))
        early = "/static/early.js?v=\(files["early.js"]?.mark ?? "none")"
        script = "/static/app.js?v=\(files["app.js"]?.mark ?? "none")"
        style = "/static/app.css?v=\(files["app.css"]?.mark ?? "none")"
    }

    /// `nil` when there is no such template.
    public func render(_ page: String, _ model: Any) -> String? {
        library.render(model, withTemplate: page)
    }

    public func file(_ name: String) -> StaticFile? {
        files[name]
    }

    private static func load(_ folder: URL) throws -> [String: StaticFile] {
        let urls = try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
        return try urls.reduce(into: [:]) { files, url in
            guard let type = StaticFile.types[url.pathExtension] else { return }
            files[url.lastPathComponent] = StaticFile(bytes: Array(try Data(contentsOf: url)), contentType: type)
        }
    }
}

/// One file of the site itself.
public struct StaticFile: Sendable {
    static let types = [
        "js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml",
    ]

    public let bytes: [UInt8]
    public let contentType: String
    /// Changes with the content (64-bit FNV-1a); no security rests on it.
    public let mark: String

    init(bytes: [UInt8], contentType: String) {
        self.bytes = bytes
        self.contentType = contentType
        let hash = bytes.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
        mark = String(hash, radix: 16)
    }
}

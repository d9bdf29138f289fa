import Foundation

/// The checkout, as text files.
enum House {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    struct File: Sendable {
        /// Relative to the root, such as `Sources/Wire/Frame.swift`.
        let path: String
        let lines: [String]

        var name: String { path.split(separator: "/").last.map(String.init) ?? path }
        /// The folder below `Sources` or `Tests`.
        var module: String {
            let parts = path.split(separator: "/")
            return parts.count > 1 ? String(parts[1]) : ""
        }
        var isGenerated: Bool { path.hasSuffix(".pb.swift") }
    }

    static func files(under folder: String, endings: [String]) throws -> [File] {
        let base = root.appending(path: folder)
        guard let walk = FileManager.default.enumerator(at: base, includingPropertiesForKeys: nil) else { return [] }
        return try walk.compactMap { $0 as? URL }
            .filter { url in endings.contains(url.pathExtension) && !url.path().contains("/.build/") }
            .map { url in
                let path = String(url.path().dropFirst(root.path().count)).drop { $0 == "/" }
                let text = try String(contentsOf: url, encoding: .utf8)
                return File(path: String(path), lines: text.components(separatedBy: "\n"))
            }
            .sorted { $0.path < $1.path }
    }

    static func swift() throws -> [File] {
        try (files(under: "Sources", endings: ["swift"]) + files(under: "Tests", endings: ["swift"]))
            .filter { !$0.isGenerated }
    }
}

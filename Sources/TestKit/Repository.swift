public import Foundation

/// Folders of the repository, found from where this file was compiled.
public enum Repository {
    public static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    public static var migrations: URL { root.appendingPathComponent("Migrations") }
    public static var golden: URL { root.appendingPathComponent("Tests/Golden") }
}

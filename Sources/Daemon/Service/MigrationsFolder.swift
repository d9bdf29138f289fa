public import Foundation
public import Model

/// Where the migrations are: named by a setting, installed beside the executable, or in the repository it was
/// built in.
public enum MigrationsFolder {
    public static func find(_ settings: Settings, executable: String = Executable.path) throws(Failure) -> URL {
        if let path = settings.migrations { return URL(filePath: path, directoryHint: .isDirectory) }
        var folder = URL(filePath: executable).deletingLastPathComponent()
        var candidates = [folder.appending(path: "../share/halley/Migrations")]
        for _ in 0..<5 {
            candidates.append(folder.appending(path: "Migrations"))
            folder = folder.deletingLastPathComponent()
        }
        for candidate in candidates {
            let first = candidate.appending(path: "0001_foundation.sql").path(percentEncoded: false)
            if FileManager.default.fileExists(atPath: first) { return candidate.standardizedFileURL }
        }
        throw Failure(
            .unavailable, "The folder of migrations is not beside \(executable). Name it in HALLEY_MIGRATIONS.")
    }
}

/// The program that runs.
public enum Executable {
    /// Its real path, also when it was found by PATH or by a link.
    public static var path: String {
        (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
    }
}

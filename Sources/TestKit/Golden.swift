internal import Foundation

/// A file of `Tests/Golden` that says what an answer looks like. `GOLDEN=write` in the environment rewrites it.
public enum Golden {
    public struct Difference: Error, CustomStringConvertible {
        public let description: String
    }

    /// Throws, naming the first line or byte that differs.
    public static func check(_ name: String, _ actual: String) throws {
        try compare(name, Array(actual.utf8)) { expected in
            let (old, new) = (lines(String(decoding: expected, as: UTF8.self)), lines(actual))
            let line = zip(old, new).enumerated().first { $1.0 != $1.1 }?.offset ?? min(old.count, new.count)
            let (was, become) = (line < old.count ? old[line] : "(end)", line < new.count ? new[line] : "(end)")
            return "line \(line + 1)\n- \(was)\n+ \(become)"
        }
    }

    public static func check(_ name: String, bytes actual: [UInt8]) throws {
        try compare(name, actual) { expected in
            let byte = zip(expected, actual).enumerated().first { $1.0 != $1.1 }?.offset
            return "byte \(byte ?? min(expected.count, actual.count))"
        }
    }

    private static func compare(_ name: String, _ actual: [UInt8], _ differs: ([UInt8]) -> String) throws {
        let file = Repository.golden.appendingPathComponent(name)
        if ProcessInfo.processInfo.environment["GOLDEN"] == "write" {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data(actual).write(to: file)
            return
        }
        guard let expected = try? Data(contentsOf: file) else {
            throw Difference(
                description: "Tests/Golden/\(name) is missing: run with GOLDEN=write and read what it wrote")
        }
        guard Array(expected) != actual else { return }
        throw Difference(
            description:
                "Tests/Golden/\(name) differs at \(differs(Array(expected))); if it should, run with GOLDEN=write")
    }

    private static func lines(_ text: String) -> [Substring] {
        text.split(separator: "\n", omittingEmptySubsequences: false)
    }
}

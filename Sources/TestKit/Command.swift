internal import Foundation

/// Runs a program to its end, without blocking the cooperative pool.
public struct Command: Sendable {
    public struct Failed: Error, CustomStringConvertible {
        public let description: String
    }

    public let arguments: [String]

    /// The first argument is the program's path, or its name in PATH.
    public init(_ arguments: String...) {
        self.arguments = arguments
    }

    public init(_ arguments: [String]) {
        self.arguments = arguments
    }

    /// As the user `postgres` when we are root: PostgreSQL refuses to run as root.
    public static func unprivileged(_ arguments: [String]) -> Command {
        guard getuid() == 0 else { return Command(arguments) }
        return Command(["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] + arguments)
    }

    /// What it wrote to its standard output. Throws with what it wrote to the other one when it fails.
    @discardableResult
    public func output() async throws -> String {
        try await withCheckedThrowingContinuation { done in
            Thread { done.resume(with: Result { try run() }) }.start()
        }
    }

    /// Blocks.
    private func run() throws -> String {
        try Command.inScratchFiles { out, problems in
            let process = Process()
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = arguments
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try FileHandle(forWritingTo: out)
            process.standardError = try FileHandle(forWritingTo: problems)
            try process.run()
            process.waitUntilExit()
            guard process.terminationStatus == 0 else {
                let text = String(decoding: try Data(contentsOf: problems), as: UTF8.self)
                throw Failed(description: "\(arguments.joined(separator: " ")): \(process.terminationStatus)\n\(text)")
            }
            return String(decoding: try Data(contentsOf: out), as: UTF8.self)
        }
    }

    /// Files, not pipes: a server that a program leaves behind keeps its pipes open, and we would wait for it.
    private static func inScratchFiles<Value>(_ body: (URL, URL) throws -> Value) throws -> Value {
        let stem = FileManager.default.temporaryDirectory.path + "/halley-command-" + UUID().uuidString
        let files = [stem + ".out", stem + ".err"]
        for file in files { try Data().write(to: URL(fileURLWithPath: file)) }
        defer { for file in files { try? FileManager.default.removeItem(atPath: file) } }
        return try body(URL(fileURLWithPath: files[0]), URL(fileURLWithPath: files[1]))
    }
}

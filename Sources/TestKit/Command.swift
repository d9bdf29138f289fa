internal import Foundation
internal import Glibc
internal import Synchronization

/// Runs a program to its end, without blocking the cooperative pool.
public struct Command: Sendable {
    public struct Failed: Error, CustomStringConvertible {
        public let description: String
    }

    public let arguments: [String]

    /// Held while a program is started, and while a descriptor is open that none may inherit.
    static let spawning = Mutex(())

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
            let child = try spawn(input: open("/dev/null", O_RDONLY | O_CLOEXEC), output: out, problems: problems)
            var status: Int32 = 0
            while waitpid(child, &status, 0) < 0, errno == EINTR {}
            guard status == 0 else {
                let text = try String(contentsOfFile: problems, encoding: .utf8)
                throw Failed(description: "\(arguments.joined(separator: " ")): \(status)\n\(text)")
            }
            return try String(contentsOfFile: out, encoding: .utf8)
        }
    }

    /// Starts the program with these three files and no other, and answers its process id. Not Foundation's
    /// `Process`: that waits until everything which the program leaves behind has ended, and a server is left behind.
    /// Takes over and closes `input`.
    func spawn(input: Int32, output: String = "/dev/null", problems: String = "/dev/null") throws -> pid_t {
        defer { close(input) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, input, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, problems, O_WRONLY | O_CREAT, 0o600)
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        let outcome = Command.spawning.withLock { _ in
            posix_spawnp(&child, arguments.first ?? "", &actions, nil, &words, environ)
        }
        guard outcome == 0 else {
            throw Failed(description: "\(arguments.joined(separator: " ")) cannot be started: \(outcome)")
        }
        return child
    }

    /// Files, not pipes: a server that a program leaves behind keeps its pipes open, and we would wait for it.
    private static func inScratchFiles<Value>(_ body: (String, String) throws -> Value) throws -> Value {
        let stem = FileManager.default.temporaryDirectory.path + "/halley-command-" + UUID().uuidString
        let files = [stem + ".out", stem + ".err"]
        for file in files { try Data().write(to: URL(fileURLWithPath: file)) }
        defer { for file in files { try? FileManager.default.removeItem(atPath: file) } }
        return try body(files[0], files[1])
    }
}

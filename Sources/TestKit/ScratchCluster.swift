internal import Foundation
private import Glibc
internal import Synchronization

/// A PostgreSQL cluster in a temporary folder: Unix socket only, no passwords, nothing durable.
///
/// A watchdog process stops it and removes the folder when this process ends, however it ends.
public final class ScratchCluster: Sendable {
    /// Debian's place, unless `PGBIN` names another.
    static var binaries: String { ProcessInfo.processInfo.environment["PGBIN"] ?? "/usr/lib/postgresql/15/bin" }

    private static let starting = Mutex<Task<ScratchCluster, any Error>?>(nil)

    /// The folder of the socket, the log and the data.
    public let folder: String
    private let watchdog: Watchdog

    /// The one that all tests of this process share.
    public static func shared() async throws -> ScratchCluster {
        let cluster = starting.withLock { task in
            if let task { return task }
            let fresh = Task { try await ScratchCluster() }
            task = fresh
            return fresh
        }
        return try await cluster.value
    }

    /// Makes and starts one more, for a test that kills it.
    public init() async throws {
        let made = try await Command.unprivileged(["mktemp", "-d", "/tmp/halley-pg-XXXXXX"]).output()
        folder = made.trimmingCharacters(in: .whitespacesAndNewlines)
        watchdog = try Watchdog(folder: folder)
        try await Command.unprivileged([
            "\(ScratchCluster.binaries)/initdb", "-D", "\(folder)/data", "-U", "postgres", "--auth=trust",
            "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions",
        ]).output()
        try await start()
    }

    /// Starts the server and waits until it answers.
    public func start() async throws {
        let settings = [
            "listen_addresses=", "unix_socket_directories=\(folder)", "fsync=off", "synchronous_commit=off",
            "full_page_writes=off", "max_connections=400", "shared_buffers=128MB", "max_wal_size=4GB",
            "autovacuum=off", "wal_level=minimal", "max_wal_senders=0",
        ]
        try await Command.unprivileged([
            "\(ScratchCluster.binaries)/pg_ctl", "start", "-w", "-s", "-D", "\(folder)/data", "-l", "\(folder)/log",
            "-o", settings.map { "-c \($0)" }.joined(separator: " "),
        ]).output()
    }

    /// SIGKILL, as a crash of the machine would.
    public func kill() throws {
        let file = try String(contentsOfFile: "\(folder)/data/postmaster.pid", encoding: .utf8)
        guard let line = file.split(separator: "\n").first, let server = Int32(line) else { return }
        _ = Glibc.kill(server, SIGKILL)
    }

    /// For libpq, as a role without a password.
    public func conninfo(database: String, user: String) -> String {
        "host=\(folder) dbname=\(database) user=\(user)"
    }
}

/// `sh` with a pipe to us: when we are gone, it stops the server and removes its folder.
private final class Watchdog: Sendable {
    private let pipe: Int32

    init(folder: String) throws {
        var ends: [Int32] = [0, 0]
        // The writing end must not be inherited by any other program, or we would never seem gone.
        let isOpen = Command.spawning.withLock { _ in
            Glibc.pipe(&ends) == 0 && ends.allSatisfy { fcntl($0, F_SETFD, FD_CLOEXEC) == 0 }
        }
        guard isOpen else { throw Command.Failed(description: "no pipe: \(errno)") }
        pipe = ends[1]
        let script = """
            read -r _
            "$1/pg_ctl" stop -s -m immediate -D "$2/data" >"$2/stop.log" 2>&1
            rm -rf "$2"
            """
        let command = Command.unprivileged(
            ["setsid", "sh", "-c", script, "halley-watchdog", ScratchCluster.binaries, folder])
        _ = try command.spawn(input: ends[0])
    }

    deinit {
        close(pipe)
    }
}

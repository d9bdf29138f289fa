import Foundation
import Glibc
import Logging
import Model

/// What a server that was not stopped properly leaves: perhaps itself, perhaps its sessions, and its pid files.
///
/// PostgreSQL guards against two servers on one folder by the pid in `postmaster.pid`, and takes any process with
/// that pid for a server: a zombie that nobody reaps, or, in a container, a stranger. So we look ourselves for
/// PostgreSQL's processes on this folder (they all work in it), and when there is none remove the files.
struct PostmasterRemains {
    let data: String
    let run: String
    let logger: Logger

    /// What the server notes down about itself in `postmaster.pid`.
    struct Note {
        let pid: Int32
        let isReady: Bool

        init?(of data: String) {
            guard let text = try? String(contentsOfFile: data + "/postmaster.pid", encoding: .utf8) else { return nil }
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            guard let pid = lines.first.flatMap({ Int32($0) }) else { return nil }
            self.pid = pid
            isReady = lines.count > 7 && lines[7].trimmingCharacters(in: .whitespaces) == "ready"
        }
    }

    /// A server that lives is given time to shut down. What outlived its server has nothing to finish: a recovery whose
    /// checkpointer died with it would wait for that one, a whole minute.
    private static let (serverPatience, orphanPatience) = (Duration.seconds(30), Duration.seconds(1))

    /// Afterwards no process works on the folder. Throws `.conflict` when one cannot be stopped.
    func clear() async throws {
        let living = processes()
        if !living.isEmpty {
            logger.warning("stopping what is left of an earlier PostgreSQL", metadata: ["pids": "\(living)"])
            let server = Note(of: data).map(\.pid).flatMap { living.contains($0) ? $0 : nil }
            if let server { kill(server, SIGINT) }
            let patience = server == nil ? Self.orphanPatience : Self.serverPatience
            for (signal, wait) in [(SIGQUIT, patience), (SIGKILL, .seconds(15))] where try await !gone(within: wait) {
                for pid in processes() { kill(pid, signal) }
            }
        }
        guard try await gone(within: .seconds(5)) else {
            throw Failure(.conflict, "Processes \(processes()) of an earlier PostgreSQL on \(data) do not end.")
        }
        for path in [data + "/postmaster.pid", run + "/.s.PGSQL.5432.lock", run + "/.s.PGSQL.5432"] { unlink(path) }
    }

    private func gone(within limit: Duration) async throws -> Bool {
        let end = ContinuousClock.now + limit
        while !processes().isEmpty {
            if ContinuousClock.now >= end { return false }
            try await Task.sleep(for: .milliseconds(20))
        }
        return true
    }

    /// PostgreSQL's living processes whose working folder is the data folder. Zombies have none.
    private func processes() -> [Int32] {
        guard let canonical = realpath(data, nil) else { return [] }
        defer { free(canonical) }
        let folder = String(cString: canonical)
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return entries.compactMap(Int32.init).filter { pid in
            guard let name = try? String(contentsOfFile: "/proc/\(pid)/comm", encoding: .utf8),
                name.hasPrefix("postgres"), pid != getpid()
            else { return false }
            return (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(pid)/cwd")) == folder
        }
    }
}

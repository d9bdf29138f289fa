import Foundation
import Glibc
import Logging
import Model
import Postgres

/// Looks at an installation, running or not, and changes nothing.
public struct Examination: Sendable {
    private let settings: Settings
    private let logger: Logger
    private var home: Home { settings.home }

    private static let freeBytesMin: UInt64 = 1 << 30

    public init(_ settings: Settings) {
        self.settings = settings
        // What goes wrong here is said as a finding.
        logger = Logger(label: "doctor") { _ in SwiftLogNoOpLogHandler() }
    }

    public func run() async -> [Finding] {
        let running = FolderLock.isHeld(home.lock)
        var findings = [folder(), lock(running)] + secrets() + [disk(), programs(), migrationsFolder(), port(running)]
        if running || settings.databaseURL != nil { findings += await database() }
        if running { findings += await services() }
        return findings
    }

    private func folder() -> Finding {
        var found = stat()
        guard stat(home.path, &found) == 0 else {
            return Finding(.notable, "data folder", "\(home.path) is not there yet; `halley up` makes it")
        }
        guard found.st_uid == geteuid() else {
            return Finding(
                .wrong, "data folder", "\(home.path) belongs to uid \(found.st_uid); run as that user, or chown it")
        }
        guard found.st_mode & 0o066 == 0 else {
            return Finding(.wrong, "data folder", "others may list or change it: chmod go-rw \(home.path)")
        }
        let sockets = home.run.hasPrefix(home.path) ? "" : "; its path is long, so sockets are in \(home.run)"
        return Finding(.fine, "data folder", home.path + sockets)
    }

    private func lock(_ running: Bool) -> Finding {
        running
            ? Finding(.fine, "running", "yes, as process \(FolderLock.holder(of: home.lock) ?? "unknown")")
            : Finding(.notable, "running", "no `halley up` runs on this folder")
    }

    private func secrets() -> [Finding] {
        var files = SecretKeys.names + DatabaseAccess.services.map { "pgpass-\($0)" }
        if settings.databaseURL == nil { files.append("pgpass-postgres") }
        var problems: [String] = []
        for file in files.map(home.secret) + [home.credentials] {
            do {
                _ = try PrivateFile.read(file)
            } catch {
                problems.append(error.message)
            }
        }
        if problems.isEmpty { return [Finding(.fine, "secrets", "only their owner may read them")] }
        return problems.map { Finding(.wrong, "secrets", $0) }
    }

    private func disk() -> Finding {
        var found = statvfs()
        let place = FileManager.default.fileExists(atPath: home.path) ? home.path : "/"
        guard statvfs(place, &found) == 0 else { return Finding(.notable, "disk", "its free space cannot be read") }
        let free = UInt64(found.f_bavail) * UInt64(found.f_frsize)
        let text = "\(free >> 20) MiB free at \(place)"
        return Finding(free < Examination.freeBytesMin ? .wrong : .fine, "disk", text)
    }

    private func programs() -> Finding {
        guard settings.databaseURL == nil else { return Finding(.fine, "PostgreSQL", "external") }
        do {
            let programs = try PostgresPrograms.find(for: home.postgres)
            return Finding(.fine, "PostgreSQL", "version \(programs.major) in \(programs.folder)")
        } catch {
            return Finding(.wrong, "PostgreSQL", error.message)
        }
    }

    private func migrationsFolder() -> Finding {
        do {
            return Finding(.fine, "migrations", try MigrationsFolder.find(settings).path(percentEncoded: false))
        } catch {
            return Finding(.wrong, "migrations", error.message)
        }
    }

    private func port(_ running: Bool) -> Finding {
        let taken = [settings.listen, settings.contentListen].filter { Probe.isListening(at: .tcp($0)) }
        let names = taken.map(\.description).joined(separator: " and ")
        if running {
            return Finding(taken.isEmpty ? .wrong : .fine, "address", taken.isEmpty ? "nobody listens" : names)
        }
        if taken.isEmpty { return Finding(.fine, "address", "\(settings.listen) is free") }
        return Finding(.wrong, "address", "another program listens on \(names); set HALLEY_LISTEN")
    }

    private func database() async -> [Finding] {
        do {
            let off = try await DatabaseAccess(settings).unsafeSettings(logger: logger)
            let folder = try MigrationsFolder.find(settings)
            try await Migrator.verify(
                conninfo: DatabaseAccess(settings).administrator.text, directory: folder, logger: logger)
            let safe =
                off.isEmpty
                ? Finding(.fine, "durability", "an acknowledged write is on the disk")
                : Finding(.wrong, "durability", "\(off.joined(separator: ", ")): a power cut loses acknowledged writes")
            return [Finding(.fine, "database", "reached, and its schema fits"), safe]
        } catch let error as MigrationError {
            return [Finding(.wrong, "database", "\(error); run `halley migrate`")]
        } catch {
            return [Finding(.wrong, "database", "not reached: \(error)")]
        }
    }

    private func services() async -> [Finding] {
        var findings: [Finding] = []
        for name in DatabaseAccess.services + ["gateway"] {
            let answer = await Probe.get("/readyz", at: .unix(home.operationsSocket(name)))
            findings.append(
                answer?.status == 200
                    ? Finding(.fine, name, "ready")
                    : Finding(.wrong, name, answer.map { "not ready: \($0.body)" } ?? "does not answer; see its log"))
        }
        return findings
    }
}

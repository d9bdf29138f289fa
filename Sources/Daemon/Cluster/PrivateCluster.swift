import Foundation
import Glibc
import Logging
import Model

/// A PostgreSQL of our own in the data folder, reached by a Unix socket only.
struct PrivateCluster: Sendable {
    static let superuser = "postgres"
    static let database = "halley"

    private let home: Home
    private let programs: PostgresPrograms
    private let password: PasswordFile
    /// PostgreSQL refuses to run as root: then it runs as this user.
    private let user: SystemUser?
    private let logger: Logger

    /// The user whom PostgreSQL runs as when we are root, else `nil`. Throws `.unavailable` when there is none.
    static func separateUser() throws(Failure) -> SystemUser? {
        guard geteuid() == 0 else { return nil }
        guard let user = SystemUser(named: "postgres") else {
            throw Failure(
                .unavailable,
                "PostgreSQL does not run as root, and there is no user postgres. Do: apt install postgresql-15")
        }
        return user
    }

    /// The data folder is prepared.
    init(_ home: Home, user: SystemUser?, logger: Logger) throws(Failure) {
        self.home = home
        self.user = user
        self.logger = logger
        programs = try PostgresPrograms.find(for: home.postgres)
        password = try PasswordFile(home.secret("pgpass-postgres"), user: PrivateCluster.superuser)
    }

    var superuserConninfo: Conninfo {
        PrivateCluster.conninfo(home, user: PrivateCluster.superuser, passfile: password.path, application: "halley-up")
    }

    static func conninfo(_ home: Home, user: String, passfile: String, application: String) -> Conninfo {
        Conninfo(
            host: home.postgresRun, database: database, user: user, passfile: passfile, application: application)
    }

    /// Made beside and renamed, so that one which was cut short is never used.
    func createIfMissing() async throws {
        let files = FileManager.default
        guard !files.fileExists(atPath: home.postgres) else { return }
        logger.info("making a database cluster", metadata: ["folder": "\(home.postgres)"])
        let draft = home.postgres + ".new"
        let secret = home.postgresRun + "/password"
        let statement = home.postgresRun + "/create.sql"
        try? files.removeItem(atPath: draft)
        defer { for path in [secret, statement] { unlink(path) } }
        try files.createDirectory(atPath: draft, withIntermediateDirectories: false)
        try PrivateFile.write(Array(password.password.utf8), to: secret)
        try PrivateFile.write(Array("CREATE DATABASE \(PrivateCluster.database);\n".utf8), to: statement)
        if let user { for path in [draft, secret] { chown(path, user.uid, user.gid) } }
        let seen = seenPaths(data: draft)
        try await runToEnd(
            "initdb",
            [
                "-D", seen.data, "-U", PrivateCluster.superuser, "--pwfile", seen.run + "/password",
                "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--data-checksums",
            ], seen)
        try await runToEnd("postgres", ["--single", "-D", seen.data, "postgres"], seen, input: statement)
        guard rename(draft, home.postgres) == 0 else {
            throw Failure(.unavailable, "\(draft) cannot be renamed: \(String(cString: strerror(errno))).")
        }
    }

    private func runToEnd(
        _ program: String, _ arguments: [String], _ seen: SeenPaths, input: String? = nil
    ) async throws {
        let log = home.logs + "/initdb.log"
        var command = Command(
            path: programs.path(program), arguments: arguments, environment: environment, inputPath: input,
            outputPath: log, user: user)
        command.keptFolders = seen.kept
        let status = await (try Child.start(command)).end()
        guard status == 0 else {
            throw Failure(.unavailable, "\(program) ended with \(Child.describe(status)); it says why in \(log).")
        }
    }

    private var environment: [String: String] { ["PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC"] }

    /// The server: a direct child, which ends by a fast shutdown when we die.
    func service(_ stops: Stops) -> Supervised {
        let seen = seenPaths(data: home.postgres)
        var command = Command(
            path: programs.path("postgres"), arguments: ["-D", seen.data] + PostgresTuning.arguments(run: seen.run),
            environment: environment, outputPath: logPath, user: user, deathSignal: SIGINT, stopSignal: SIGINT)
        command.keptFolders = seen.kept
        return Supervised(
            "postgres", command, stopGrace: .seconds(60), logger: logger, stops: stops,
            before: { try await clearRemains() })
    }

    /// How PostgreSQL gets to its folders: by their paths, or, when its user may not pass through one of the
    /// folders above, by descriptors that we open for it.
    private struct SeenPaths {
        let data: String
        let run: String
        let kept: [String]
    }

    private func seenPaths(data: String) -> SeenPaths {
        let run = home.postgresRun
        guard let user, !DataFolder.isPassable(data, for: user) || !DataFolder.isPassable(run, for: user) else {
            return SeenPaths(data: data, run: run, kept: [])
        }
        return SeenPaths(data: Command.keptPaths[0], run: Command.keptPaths[1], kept: [data, run])
    }

    private var logPath: String { home.logs + "/postgres.log" }
    private static let logBytesMax = 20 * 1024 * 1024

    /// Also before anything waits for the server: the note of a dead one may say that it is ready.
    func clearRemains() async throws {
        try await PostmasterRemains(data: home.postgres, run: home.postgresRun, logger: logger).clear()
        var found = stat()
        if stat(logPath, &found) == 0, Int(found.st_size) > PrivateCluster.logBytesMax {
            rename(logPath, logPath + ".1")
        }
    }

    /// Until it takes connections, as it says itself in the last line of its pid file.
    func awaitReady(within limit: Duration = .seconds(300)) async throws {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            if PostmasterRemains.Note(of: home.postgres)?.isReady == true { return }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw Failure(.unavailable, "PostgreSQL does not get ready; it says why in \(logPath).")
    }
}

import CLinux
import CoreMetrics
import Foundation
import Glibc
public import Logging
import Model
public import Postgres
public import ServiceLifecycle
import UnixSignals
public import Wire

/// One service in a process of its own: settings, log, metrics, database, server, and a clean end on SIGTERM.
public struct ServiceProcess: Sendable {
    public let name: String
    public let settings: Settings
    public let logger: Logger
    private let metrics: MetricsRegistry

    /// To be called once in a process.
    public init(_ name: String, settings: Settings) {
        self.name = name
        self.settings = settings
        logger = settings.logger(name)
        metrics = MetricsRegistry()
        MetricsSystem.bootstrap(metrics)
        cl_keep_freed_memory()
        // A shell gives 1024, which two hundred training scripts and the people who watch them use up.
        cl_raise_open_files(65_536)
        // Keys and people's data are in this memory.
        _ = cl_forbid_dumps()
        // A peer that hangs up is an error of one call, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        if !TaskThreads.shareEventLoops() { logger.warning("tasks do not run on the event loops, which is slower") }
    }

    public var home: Home { settings.home }

    /// To call another service of this host.
    public func client(of service: String) -> RPCClient {
        RPCClient(service: service, as: name, addresses: [.unix(home.socket(service))], logger: logger)
    }

    /// Serves until told to stop. `build` is given the database as this service's role.
    public func serve(_ build: (Database, inout Methods) async throws -> any Service) async throws {
        let verifier = AccessVerifier(publicKey: try SecretKeys.accessPublicKey(in: home))
        let database = try await openDatabase()
        var methods = Methods()
        let work = try await build(database, &methods)
        let server = RPCServer(
            service: name, listen: .unix(home.socket(name)), methods: methods,
            verify: { (sealed) throws(Failure) in try verifier.verify(sealed) }, translate: translated, logger: logger)
        try await run([work, server]) { await answers(database) }
        await database.close()
    }

    /// Runs services of any kind, and beside them metrics and health.
    public func run(_ services: [any Service], isReady: @escaping @Sendable () async -> Bool) async throws {
        let operations = OperationsServer(
            path: home.operationsSocket(name), metrics: metrics, logger: logger, isReady: isReady)
        var configuration = ServiceGroupConfiguration(
            services: [operations] + services, gracefulShutdownSignals: [.sigterm, .sigint], logger: quietLogger)
        configuration.maximumGracefulShutdownDuration = .seconds(25)
        try await ServiceGroup(configuration: configuration).run()
    }

    /// Without the lifecycle's chatter about each step.
    private var quietLogger: Logger {
        var quiet = logger
        quiet.logLevel = max(.warning, logger.logLevel)
        return quiet
    }

    private func answers(_ database: Database) async -> Bool {
        do {
            try await database.ping()
            return true
        } catch {
            return false
        }
    }

    /// Waits for a database that is being started or restarted; ends with a clear word when its schema does not fit.
    private func openDatabase() async throws -> Database {
        let conninfo = try DatabaseAccess(settings).service(name)
        var waited = 0
        while true {
            do {
                let database = try await Database(DatabaseConfig(conninfo: conninfo.text), logger: logger)
                try await verifySchema(conninfo)
                return database
            } catch let error as PostgresError where error.isConnectionLoss {
                if waited % 50 == 0 { logger.notice("waiting for the database", metadata: ["reason": "\(error)"]) }
                waited += 1
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }

    private func verifySchema(_ conninfo: Conninfo) async throws {
        do {
            try await Migrator.verify(
                conninfo: conninfo.text, directory: try MigrationsFolder.find(settings), logger: logger)
        } catch let error as MigrationError {
            throw Failure(
                .unavailable, "The database's schema does not fit this release: \(error). Run `halley migrate`.")
        }
    }
}

/// A service's background work as a part of its process.
public struct Work: Service {
    private let body: @Sendable () async throws -> Void

    public init(_ body: @escaping @Sendable () async throws -> Void) {
        self.body = body
    }

    /// Cancelled when a shutdown begins; that it ends by this is no error.
    public func run() async throws {
        do {
            try await cancelWhenGracefulShutdown(body)
        } catch is CancellationError {
            return
        }
        // Work that is done, or that a service has none of, must not end the process.
        try? await gracefulShutdown()
    }
}

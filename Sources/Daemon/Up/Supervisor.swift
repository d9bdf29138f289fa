import Foundation
import Glibc
import Logging
import Model
import ServiceLifecycle
import Synchronization
import UnixSignals

/// `halley up`: a private PostgreSQL if none is given, and the five services as processes of their own, kept running.
///
/// A stop goes from the edge inwards: the gateway drains first, PostgreSQL ends last. When this process dies by
/// SIGKILL, the kernel ends the children.
public struct Supervisor: Sendable {
    private let settings: Settings
    private let logger: Logger
    private static let services = DatabaseAccess.services + ["gateway"]

    public init(_ settings: Settings) {
        self.settings = settings
        logger = settings.logger("up")
    }

    /// Until SIGTERM or SIGINT. Throws a `Failure` that says what to do.
    public func run() async throws {
        let user = settings.databaseURL == nil ? try PrivateCluster.separateUser() : nil
        try DataFolder(settings.home, databaseUser: user).prepare()
        let lock = try FolderLock(settings.home.lock)
        try checkPort()
        try SecretKeys.createMissing(in: settings.home)
        let cluster: PrivateCluster?
        if settings.databaseURL == nil {
            let made = try PrivateCluster(settings.home, user: user, logger: logger)
            try await made.createIfMissing()
            try await made.clearRemains()
            cluster = made
        } else {
            cluster = nil
        }
        try await supervise(cluster)
        withExtendedLifetime(lock) {}
    }

    private func supervise(_ cluster: PrivateCluster?) async throws {
        let (migrated, stops) = (Gate(), Stops())
        var services: [any Service] = []
        if let cluster { services.append(cluster.service(stops)) }
        for name in Supervisor.services { services.append(supervised(name, after: migrated, stops)) }
        // Not stopped in any order that matters: it only waits by then.
        services.insert(
            Opening(settings: settings, cluster: cluster, migrated: migrated, logger: logger),
            at: cluster == nil ? 0 : 1)
        var quiet = logger
        quiet.logLevel = max(.error, logger.logLevel)
        var configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
        configuration.maximumGracefulShutdownDuration = .seconds(120)
        try await ServiceGroup(configuration: configuration).run()
        try stops.check()
    }

    private func supervised(_ name: String, after migrated: Gate, _ stops: Stops) -> Supervised {
        var environment = settings.childEnvironment
        for variable in ["PATH", "LD_LIBRARY_PATH", "TZ", "LANG", "SSL_CERT_FILE", "NIO_SINGLETON_GROUP_LOOP_COUNT"] {
            environment[variable] = ProcessInfo.processInfo.environment[variable]
        }
        if name == "auth" { environment["HALLEY_SMTP_PASSWORD"] = settings.mail?.password }
        environment["SWIFT_BACKTRACE"] = "enable=no"  // its output shows memory, and its helper outlives a kill
        let command = Command(path: Executable.path, arguments: [name], environment: environment)
        return Supervised(name, command, stopGrace: .seconds(30), logger: logger, stops: stops) {
            try await migrated.wait()
        }
    }

    private func checkPort() throws {
        for place in [settings.listen, settings.contentListen] where Probe.isListening(at: .tcp(place)) {
            throw Failure(
                .conflict, "Something listens on \(place) already. Stop it, or set HALLEY_LISTEN to another address.")
        }
    }
}

/// Opens once.
final class Gate: Sendable {
    private let opened = Atomic(false)

    func open() {
        opened.store(true, ordering: .releasing)
    }

    /// Returns early when a shutdown begins.
    func wait() async throws {
        while !opened.load(ordering: .acquiring), !Task.isShuttingDownGracefully {
            try await Task.sleep(for: .milliseconds(5))
        }
    }
}

import Foundation
import Glibc
import Logging
import Model
import ServiceLifecycle
import Synchronization

/// Keeps one program running: starts it again when it ends, at once the first time, then with growing pauses
/// of at most two seconds.
struct Supervised: Service {
    private let name: String
    private let command: Command
    /// After the signal to stop, before SIGKILL.
    private let stopGrace: Duration
    private let logger: Logger
    private let stops: Stops
    private let before: @Sendable () async throws -> Void

    /// `before` runs ahead of each start; what it throws ends the whole.
    init(
        _ name: String, _ command: Command, stopGrace: Duration, logger: Logger, stops: Stops,
        before: @escaping @Sendable () async throws -> Void = {}
    ) {
        self.name = name
        self.command = command
        self.stopGrace = stopGrace
        self.logger = logger
        self.stops = stops
        self.before = before
    }

    func run() async throws {
        var pauses = RestartPauses()
        while !Task.isShuttingDownGracefully {
            try await before()
            if Task.isShuttingDownGracefully { return }
            let started = ContinuousClock.now
            let child = try await Child.start(command)
            logger.debug("started", metadata: ["process": "\(name)", "pid": "\(child.pid)"])
            let status = await withTaskCancellationOrGracefulShutdownHandler {
                await child.end()
            } onCancelOrGracefulShutdown: {
                child.stop(by: command.stopSignal, grace: stopGrace) { noteForce() }
            }
            try Task.checkCancellation()
            if Task.isShuttingDownGracefully { return }
            let pause = pauses.next(afterRunning: .now - started)
            logger.warning(
                "ended unexpectedly and is started again",
                metadata: ["process": "\(name)", "status": "\(Child.describe(status))", "pause": "\(pause)"])
            await pauseUnlessStopping(pause)
        }
    }

    private func noteForce() {
        logger.error("did not stop in time and was killed", metadata: ["process": "\(name)", "given": "\(stopGrace)"])
        stops.noteForce(name)
    }

    private func pauseUnlessStopping(_ pause: Duration) async {
        let end = ContinuousClock.now + pause
        while ContinuousClock.now < end, !Task.isShuttingDownGracefully, !Task.isCancelled {
            try? await Task.sleep(for: min(.milliseconds(50), end - .now))
        }
    }
}

/// Which processes had to be killed, since they did not stop in time.
final class Stops: Sendable {
    private let forced = Mutex<[String]>([])

    func noteForce(_ name: String) {
        forced.withLock { $0.append(name) }
    }

    /// Throws what to tell whoever asked for the stop.
    func check() throws(Failure) {
        let names = forced.withLock { $0.joined(separator: ", ") }
        guard names.isEmpty else {
            throw Failure(
                .unavailable, "Killed, as they did not stop in time: \(names). What was acknowledged is kept.")
        }
    }
}

/// How long to wait before a program is started again.
struct RestartPauses {
    /// Who has run this long has not died of being started.
    static let healthyAfter = Duration.seconds(10)
    static let pauseMax = Duration.seconds(2)
    private var deaths = 0

    mutating func next(afterRunning time: Duration) -> Duration {
        deaths = time >= RestartPauses.healthyAfter ? 1 : deaths + 1
        if deaths == 1 { return .zero }
        return min(RestartPauses.pauseMax, .milliseconds(100) * (1 << min(deaths - 2, 10)))
    }
}

import AuthClient
import Foundation
import Logging
import Model
import ServiceLifecycle
import Wire

/// What `halley up` does once: migrate, wait until all is ready, make the first account, and say so.
struct Opening: Service {
    let settings: Settings
    let cluster: PrivateCluster?
    let migrated: Gate
    let logger: Logger

    func run() async throws {
        let began = ContinuousClock.now
        do {
            try await cancelWhenGracefulShutdown {
                try await cluster?.awaitReady()
                _ = try await DatabaseAccess(settings).migrate(logger: logger)
                migrated.open()
                try await awaitReadiness()
                let first = try await FirstStart(settings: settings, logger: logger).run()
                Summary(settings: settings, first: first, took: .now - began).print()
            }
        } catch is CancellationError {
            return
        }
        try? await gracefulShutdown()
    }

    /// Says from time to time what it waits for.
    private func awaitReadiness() async throws {
        let began = ContinuousClock.now
        var reports = 0
        while true {
            let answer = await Probe.get("/readyz", at: .tcp(settings.listen), seconds: 3)
            if answer?.status == 200 { return }
            try Task.checkCancellation()
            let waited = ContinuousClock.now - began
            if waited > .seconds(5) * (reports + 1) {
                reports += 1
                logger.notice("still waiting", metadata: ["readyz": "\(answer?.body ?? "the gateway does not answer")"])
            }
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}

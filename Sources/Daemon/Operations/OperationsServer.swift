import Foundation
import Glibc
public import Logging
import Model
public import ServiceLifecycle
import Synchronization

/// `/healthz`, `/readyz` and `/metrics` of one process, on a Unix socket in the data folder.
///
/// Read by `halley doctor`, by scrapers (`curl --unix-socket`) and by people. It answers one request at a time on a
/// thread of its own, so that it is there when everything else is busy.
public struct OperationsServer: Service {
    private let path: String
    private let isReady: @Sendable () async -> Bool
    private let metrics: MetricsRegistry
    private let logger: Logger

    public init(
        path: String, metrics: MetricsRegistry, logger: Logger, isReady: @escaping @Sendable () async -> Bool
    ) {
        self.path = path
        self.metrics = metrics
        self.logger = logger
        self.isReady = isReady
    }

    public func run() async throws {
        let listener = try UnixListener(path)
        let (requests, queue) = AsyncStream.makeStream(
            of: OperationsRequest.self, bufferingPolicy: .bufferingOldest(64))
        Thread.detachNewThread { listener.serve { queue.yield($0) } }
        defer { listener.stop() }
        await withTaskCancellationOrGracefulShutdownHandler {
            for await request in requests { request.answer(await answer(to: request.target)) }
        } onCancelOrGracefulShutdown: {
            queue.finish()
        }
    }

    private func answer(to target: String) async -> OperationsRequest.Answer {
        switch target {
        case "/healthz": .init(status: "200 OK", body: "ok\n")
        case "/readyz":
            await isReady()
                ? .init(status: "200 OK", body: "ready\n")
                : .init(status: "503 Service Unavailable", body: "not ready\n")
        case "/metrics": .init(status: "200 OK", body: metrics.text() + ProcessMetrics.text())
        default: .init(status: "404 Not Found", body: "There are /healthz, /readyz and /metrics here.\n")
        }
    }
}

/// A request on its way from the thread of the socket to the task that answers it, and back.
final class OperationsRequest: Sendable {
    struct Answer: Sendable {
        let status: String
        let body: String

        var bytes: [UInt8] {
            let head = "HTTP/1.1 \(status)\r\nContent-Type: text/plain; version=0.0.4; charset=utf-8\r\n"
            return Array("\(head)Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)".utf8)
        }
    }

    let target: String
    private let condition = NSCondition()
    private let result = Mutex<Answer?>(nil)

    init(target: String) {
        self.target = target
    }

    func answer(_ answer: Answer) {
        result.withLock { $0 = answer }
        condition.lock()
        condition.broadcast()
        condition.unlock()
    }

    /// `nil` when there is none within the time.
    func awaitAnswer(seconds: Double) -> Answer? {
        let end = Date(timeIntervalSinceNow: seconds)
        condition.lock()
        defer { condition.unlock() }
        while true {
            if let answer = result.withLock({ $0 }) { return answer }
            if !condition.wait(until: end) { return nil }
        }
    }
}

import Foundation

/// Measures a running server from outside, as its clients see it: real requests over loopback, durable answers.
public struct Bench: Sendable {
    public struct Failed: Error, CustomStringConvertible {
        public let description: String
    }

    private let target: BenchTarget
    private let seconds: Double

    public init(_ target: BenchTarget, seconds: Double) {
        self.target = target
        self.seconds = seconds
    }

    /// Writes into a new project of the key's default workspace, which stays: delete it when you have seen enough.
    public func measure(_ workload: Workload, connections: Int) async throws(Failed) -> BenchResult {
        let project = "bench-\(workload.rawValue)-\(Int(Date().timeIntervalSince1970))"
        do {
            return try await ClosedLoop.run(
                workload, on: target, connections: connections, seconds: seconds, project: project)
        } catch {
            throw Failed(description: "\(workload.rawValue): \(error)")
        }
    }
}

import Foundation
import Model
import Series
import Testing

@testable import TrackingService

@Suite struct MetricQueueTests {
    @Test(.timeLimit(.minutes(1))) func `what comes while a group is under way goes together`() async throws {
        try await with { queue, append in
            await append(1)
            let first = await queue.next()
            #expect(first.count == 1)
            await append(3)
            queue.finish()
            let second = await queue.next()
            #expect(second.count == 3)
            return first + second
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a group that takes long does not hold up the next`() async throws {
        try await with { queue, append in
            await append(1)
            let first = await queue.next()
            await append(1)
            // Nobody finishes the first.
            let second = await queue.next()
            #expect(first.count == 1 && second.count == 1)
            return first + second
        }
    }

    @Test(.timeLimit(.minutes(1))) func `after the end what waits is still handed out, and nothing else taken`()
        async throws
    {
        try await with { queue, append in
            await append(2)
            queue.close()
            let last = await queue.next()
            #expect(last.count == 2)
            #expect(await queue.next().isEmpty)
            let failure = await #expect(throws: Failure.self) { try await queue.append(MetricQueueTests.batch()) }
            #expect(failure?.code == .unavailable)
            return last
        }
    }

    /// A watched queue, and what appends to it: it returns when as many more are waiting. `body` answers all that it
    /// took out, which is then said to be committed.
    private func with(
        _ body: (MetricQueue, (Int) async -> Void) async throws -> [MetricQueue.Waiting]
    ) async throws {
        let queue = MetricQueue()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await queue.watch() }
            let taken = try await body(queue) { count in
                let before = queue.waitingCount
                for _ in 0..<count { group.addTask { try await queue.append(MetricQueueTests.batch()) } }
                while queue.waitingCount < before + count { await Task.yield() }
            }
            queue.close()
            for waiting in taken { waiting.done.resume() }
            try await group.waitForAll()
        }
    }

    private static func batch() throws -> MetricAppend {
        let (workspace, experiment) = (ID<Workspace>.fresh(), ID<Experiment>.fresh())
        let access = Access(
            kind: .person, principal: .fresh(), name: "ada", grants: [Grant(.editor, on: .workspace(workspace))],
            credential: .fresh(), expiresAt: .distantFuture)
        let draft = try MetricDraft(series: [SeriesName("loss")], index: [0], columns: .ramp(0..<1))
        return try MetricAppend(
            draft, to: MetricPlace(workspace: workspace, experiment: experiment),
            permit: access.require(.log, on: .workspace(workspace)))
    }
}

internal import Dispatch
internal import Foundation
internal import Synchronization

/// A few threads for calls that block on the disk, so that neither the cooperative pool nor an event loop ever waits.
public final class FileThreads: Sendable {
    private let jobs: JobQueue
    private let threads: Int

    /// Every upload has at most two jobs here at a time, every download one, so `jobsMax` bounds how many run at once.
    public init(threads: Int = 4, jobsMax: Int = 1024) {
        self.threads = threads
        self.jobs = JobQueue(jobsMax: jobsMax)
        for number in 0..<threads {
            let thread = Thread { [jobs] in
                while let job = jobs.next() { job() }
            }
            thread.name = "blobs-\(number)"
            thread.start()
        }
    }

    deinit {
        jobs.close(threads: threads)
    }

    /// Runs `body` on one of the threads. It is never abandoned half way: cancelling does not interrupt it.
    func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws(BlobError) -> Value
    ) async throws(BlobError) -> Value {
        try await start(body).value()
    }

    /// Hands `body` over and goes on; the ticket has its outcome.
    func start<Value: Sendable>(
        _ body: @escaping @Sendable () throws(BlobError) -> Value
    ) throws(BlobError) -> Ticket<Value> {
        let ticket = Ticket<Value>()
        let accepted = jobs.add {
            do throws(BlobError) {
                ticket.fulfil(.success(try body()))
            } catch {
                ticket.fulfil(.failure(error))
            }
        }
        guard accepted else { throw .busy }
        return ticket
    }

    /// For cleaning up, which nobody waits for: done in place when the queue is full.
    func clean(_ body: @escaping @Sendable () -> Void) {
        if !jobs.add(body) { body() }
    }
}

/// First in, first out; bounded.
private final class JobQueue: Sendable {
    typealias Job = @Sendable () -> Void

    private struct State {
        var jobs: [Job] = []
        var head = 0
        var isOpen = true
    }

    private let state = Mutex(State())
    private let waiting = DispatchSemaphore(value: 0)
    private let jobsMax: Int

    init(jobsMax: Int) {
        self.jobsMax = jobsMax
    }

    func add(_ job: @escaping Job) -> Bool {
        let accepted = state.withLock { state in
            guard state.isOpen, state.jobs.count - state.head < jobsMax else { return false }
            state.jobs.append(job)
            return true
        }
        if accepted { waiting.signal() }
        return accepted
    }

    /// Waits for a job; `nil` after closing, when all that was accepted is done.
    func next() -> Job? {
        waiting.wait()
        return state.withLock { state in
            guard state.head < state.jobs.count else { return nil }
            let job = state.jobs[state.head]
            state.head += 1
            if state.head == state.jobs.count { (state.jobs, state.head) = ([], 0) }
            return job
        }
    }

    func close(threads: Int) {
        state.withLock { $0.isOpen = false }
        for _ in 0..<threads { waiting.signal() }
    }
}

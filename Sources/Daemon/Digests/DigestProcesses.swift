import CLinux
import Glibc
public import Logging
public import Sealing
import Synchronization

/// Has passwords digested by processes beside this one, as many as are asked at once. They start when they are first
/// needed, and stay.
public final class DigestProcesses: Sendable {
    private let program: String
    private let logger: Logger
    private let idle = Mutex<[DigestProcess]>([])

    /// - Parameter program: `halley`, which knows how to be such a process.
    public init(program: String = "/proc/self/exe", logger: Logger) {
        self.program = program
        self.logger = logger
    }

    /// Nobody is kept out because a process was killed: the next one does it, and at worst the thread that asks.
    public var digester: Digester {
        Digester { [self] order throws(SealingError) in
            for _ in 0..<2 {
                guard let process = idle.withLock({ $0.popLast() }) ?? DigestProcess(program: program) else { break }
                guard let answer = process.answer(to: order) else { continue }
                idle.withLock { $0.append(process) }
                return try answer.get()
            }
            logger.warning("no process digests passwords; it is done in place")
            return try order.compute()
        }
    }

    /// What such a process does: digests what comes in by standard input until there is no more. Never returns.
    ///
    /// It rests after a digest for which it had to share its processor: while many sign in, those who log have it to
    /// themselves for up to two thirds of the time.
    public static func serve() -> Never {
        _ = cl_forbid_dumps()
        cl_stand_back()
        while let bytes = Frames.read(from: STDIN_FILENO), let order = DigestOrder(bytes: bytes) {
            let (began, worked) = (seconds(CLOCK_MONOTONIC), seconds(CLOCK_THREAD_CPUTIME_ID))
            let result = Result { () throws(SealingError) in try order.compute() }
            guard Frames.write(DigestAnswer.bytes(of: result), to: STDIN_FILENO) else { break }
            let took = seconds(CLOCK_MONOTONIC) - began
            rest(rest(after: took, of: seconds(CLOCK_THREAD_CPUTIME_ID) - worked))
        }
        exit(0)
    }

    /// - Parameters:
    ///   - took: seconds from begin to end.
    ///   - worked: seconds of processor time in between.
    static func rest(after took: Double, of worked: Double) -> Double {
        min(took * 2, max(0, took - worked) * 8)
    }

    private static func rest(_ seconds: Double) {
        usleep(useconds_t(seconds * 1e6))
    }

    private static func seconds(_ clock: clockid_t) -> Double {
        var now = timespec()
        clock_gettime(clock, &now)
        return Double(now.tv_sec) + Double(now.tv_nsec) * 1e-9
    }
}

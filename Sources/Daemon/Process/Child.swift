import CLinux
import Foundation
import Glibc
import Model
import Synchronization

/// A running child process.
///
/// One thread of its own starts it and waits for it: the kernel's promise to end the child with its parent is
/// tied to the thread that started it, so this thread has to live as long as the child.
final class Child: Sendable {
    private enum State {
        case running(pid: Int32, waiters: [CheckedContinuation<Int32, Never>])
        case ended(status: Int32)
    }

    let pid: Int32
    private let state: Mutex<State>

    private init(pid: Int32) {
        self.pid = pid
        state = Mutex(.running(pid: pid, waiters: []))
    }

    /// Throws `.unavailable` when the program cannot be started.
    static func start(_ command: Command) async throws -> Child {
        try await withCheckedThrowingContinuation { started in
            Thread.detachNewThread {
                let pid = spawn(command)
                guard pid > 0 else {
                    let why = String(cString: strerror(-pid))
                    started.resume(throwing: Failure(.unavailable, "\(command.path) does not start: \(why)."))
                    return
                }
                let child = Child(pid: pid)
                started.resume(returning: child)
                child.wait()
            }
        }
    }

    /// Its exit status, or 128 and the number of the signal that killed it.
    func end() async -> Int32 {
        await withCheckedContinuation { waiter in
            let ended: Int32? = state.withLock { state in
                switch state {
                case .ended(let status): return status
                case .running(let pid, let waiters):
                    state = .running(pid: pid, waiters: waiters + [waiter])
                    return nil
                }
            }
            if let ended { waiter.resume(returning: ended) }
        }
    }

    /// Does nothing once it has ended: its pid may be somebody else's by then.
    func signal(_ signal: Int32) {
        state.withLock { state in
            if case .running(let pid, _) = state { _ = kill(pid, signal) }
        }
    }

    private var isRunning: Bool {
        state.withLock { state in
            if case .running = state { true } else { false }
        }
    }

    /// By the signal, and when that has not helped within `grace`, by SIGKILL, of which `onForce` hears before.
    /// Returns at once.
    func stop(by signal: Int32, grace: Duration, onForce: @escaping @Sendable () -> Void) {
        self.signal(signal)
        Thread.detachNewThread { [self] in  // the last resort must not depend on tasks, which may be cancelled
            Thread.sleep(forTimeInterval: grace / .seconds(1))
            guard isRunning else { return }
            onForce()
            self.signal(SIGKILL)
        }
    }

    static func describe(_ status: Int32) -> String {
        status > 128 ? "killed by signal \(status - 128)" : "exit status \(status)"
    }

    private func wait() {
        _ = cl_await_end(pid)
        var waiting: [CheckedContinuation<Int32, Never>] = []
        let status = state.withLock { state in
            let status = cl_reap(pid)
            if case .running(_, let waiters) = state { waiting = waiters }
            state = .ended(status: status)
            return status
        }
        for waiter in waiting { waiter.resume(returning: status) }
    }

    private static func spawn(_ command: Command) -> Int32 {
        var opened: [Int32] = []
        defer { for descriptor in opened { close(descriptor) } }
        func keepOpen(_ path: String?, _ flags: Int32) -> Int32? {
            guard let path else { return -1 }
            let descriptor = open(path, flags | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else { return nil }
            opened.append(descriptor)
            return descriptor
        }
        let folders = command.keptFolders
        guard let input = keepOpen(command.inputPath, O_RDONLY),
            let output = keepOpen(command.outputPath, O_WRONLY | O_CREAT | O_APPEND),
            let first = keepOpen(folders.first, O_RDONLY | O_DIRECTORY),
            let second = keepOpen(folders.dropFirst().first, O_RDONLY | O_DIRECTORY)
        else { return -errno }
        return CStrings.with([command.path] + command.arguments) { argv in
            CStrings.with(command.environment.map { "\($0)=\($1)" }) { envp in
                command.path.withCString { path in
                    var request = cl_command(
                        path: path, argv: argv, envp: envp, input: input, output: output, kept: (first, second),
                        uid: command.user.map { Int64($0.uid) } ?? -1, gid: command.user.map { Int64($0.gid) } ?? -1,
                        death_signal: command.deathSignal, own_session: 0)
                    return cl_spawn(&request)
                }
            }
        }
    }
}

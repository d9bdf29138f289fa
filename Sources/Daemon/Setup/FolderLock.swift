import Foundation
import Glibc
public import Model

/// One `halley up` per data folder. The kernel lets go of the lock when its process dies, however it dies.
public final class FolderLock: Sendable {
    private let descriptor: Int32

    /// Throws `.conflict`, naming the process that has it.
    public init(_ path: String) throws(Failure) {
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw Failure(.unavailable, "\(path) cannot be opened: \(String(cString: strerror(errno))).")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let holder = FolderLock.holder(of: path)
            close(descriptor)
            throw Failure(
                .conflict,
                """
                Halley is running on this data folder already, as process \(holder ?? "unknown"). \
                Stop it first, or choose another HALLEY_HOME. (Lock: \(path))
                """)
        }
        let text = Array("\(getpid())\n".utf8)
        guard ftruncate(descriptor, 0) == 0, write(descriptor, text, text.count) == text.count else {
            throw Failure(.unavailable, "\(path) cannot be written: \(String(cString: strerror(errno))).")
        }
    }

    deinit {
        close(descriptor)
    }

    /// The process that wrote its number there last, whether or not it still has the lock.
    public static func holder(of path: String) -> String? {
        guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
        let pid = text.trimmingCharacters(in: .whitespacesAndNewlines)
        return pid.isEmpty ? nil : pid
    }

    /// Whether some process holds it now.
    public static func isHeld(_ path: String) -> Bool {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return flock(descriptor, LOCK_EX | LOCK_NB) != 0
    }
}

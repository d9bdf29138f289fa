internal import Glibc
internal import Synchronization

/// Which files had the right digest when all their bytes passed through here, so that a file that many people fetch is
/// not hashed for each of them. For a day, and only while it is the very same file and nobody has written to it: what
/// happens to it on the disk is the scrubber's to find.
final class Verified: Sendable {
    /// A file as it stands; another one, or a changed one, is not equal.
    struct Identity: Hashable {
        private let device: UInt
        private let node: UInt
        private let size: Int
        private let changes: [Int]

        init(_ status: stat) {
            (device, node, size) = (UInt(status.st_dev), UInt(status.st_ino), Int(status.st_size))
            changes = [
                status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_ctim.tv_sec, status.st_ctim.tv_nsec,
            ]
        }
    }

    static let lifetime = Duration.seconds(86_400)
    static let rememberedMax = 20_000

    private let known = Mutex<[Identity: ContinuousClock.Instant]>([:])

    func note(_ identity: Identity, now: ContinuousClock.Instant = .now) {
        known.withLock { known in
            if known.count >= Self.rememberedMax { known = known.filter { now - $0.value < Self.lifetime } }
            if known.count >= Self.rememberedMax { known.removeAll() }
            known[identity] = now
        }
    }

    func holds(_ identity: Identity, now: ContinuousClock.Instant = .now) -> Bool {
        known.withLock { $0[identity] }.map { now - $0 < Self.lifetime } ?? false
    }
}

internal import CLibPQ
internal import Foundation

/// Asks the server to end what a connection is doing.
///
/// Unchecked: libpq documents `PQcancel` as safe from any thread, and the object is never changed.
final class CancelHandle: @unchecked Sendable {
    private let handle: OpaquePointer?

    init(_ connection: OpaquePointer) {
        handle = PQgetCancel(connection)
    }

    deinit {
        PQfreeCancel(handle)
    }

    /// Blocks: opens a connection of its own.
    func fire() {
        guard let handle else { return }
        var message = [CChar](repeating: 0, count: 256)
        _ = PQcancel(handle, &message, 256)
    }
}

/// A thread that sends cancel requests, since libpq's only way to send one blocks.
///
/// A request that arrives before its statement has begun is lost on the server: whoever asks says for
/// how long it is still wanted, and it is sent again every 25 ms until then.
final class Canceller: Sendable {
    private struct Target: Sendable {
        let handle: CancelHandle
        let isWanted: @Sendable () -> Bool
        let ended: @Sendable () -> Void
    }

    private let mailbox = Mailbox<Target>()

    init() {
        let mailbox = mailbox
        startThread("pg-cancel") { Canceller.run(mailbox) }
    }

    func stop() {
        mailbox.close()
    }

    /// `ended` is called, on the thread, when no request is under way any more.
    func cancel(
        _ handle: CancelHandle, while isWanted: @escaping @Sendable () -> Bool,
        ended: @escaping @Sendable () -> Void = {}
    ) {
        if !mailbox.put(Target(handle: handle, isWanted: isWanted, ended: ended)) { ended() }
    }

    private static func run(_ mailbox: Mailbox<Target>) {
        var targets: [Target] = []
        while let fresh = mailbox.take(timeout: targets.isEmpty ? nil : 0.025) {
            targets += fresh
            targets.removeAll { target in
                guard !target.isWanted() else { return false }
                target.ended()
                return true
            }
            for target in targets { target.handle.fire() }
        }
    }
}

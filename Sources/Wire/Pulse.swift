import NIOCore

/// Notices that a peer has fallen silent: one ping after a silent interval, the end after another.
final class Pulse {
    enum Beat { case fine, ask, dead }

    private var heardSomething = false
    private var asked = false
    private var timer: Scheduled<Void>?

    func start(_ context: ChannelHandlerContext, every interval: Duration, _ beat: @escaping () -> Void) {
        let loop = context.eventLoop.assumeIsolated()
        timer = loop.scheduleTask(in: interval.timeAmount) { [self] in
            beat()
            if timer != nil { start(context, every: interval, beat) }
        }
    }

    func stop() {
        timer?.cancel()
        timer = nil
    }

    /// Bytes came in or went out: the peer lives.
    func heard() {
        heardSomething = true
    }

    func beat() -> Beat {
        defer { heardSomething = false }
        if heardSomething {
            asked = false
            return .fine
        }
        defer { asked = true }
        return asked ? .dead : .ask
    }
}

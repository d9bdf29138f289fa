import Model

/// Calls runs lost that have fallen silent, in all workspaces. Any number of processes may do so at once.
struct Watchdog: Sendable {
    /// One sweep's bite; a sweep goes on until nothing silent is left.
    static let batchMax = 1000

    let store: PulseStore
    let changes: ChangeHub
    /// Three and a half beats of the client.
    let silence: Duration

    /// Answers how many it gave up.
    @discardableResult
    func sweep() async throws -> Int {
        var lost = 0
        while true {
            let silent = try await store.silent(for: silence, limit: Self.batchMax)
            guard !silent.isEmpty else { return lost }
            let places = try await store.giveUp(silent, after: silence)
            for place in places { changes.publish(place, .state) }
            lost += places.count
            guard silent.count == Self.batchMax else { return lost }
        }
    }
}

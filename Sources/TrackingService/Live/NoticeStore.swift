import Postgres

struct NoticeStore: Sendable {
    let database: Database

    func notify(_ notices: [String]) async throws {
        try await database.run(
            "SELECT pg_notify('tracking_changes', notice) FROM unnest(\(notices)) AS notice", for: .none)
    }

    func listen() -> AsyncStream<String> {
        database.listen("tracking_changes")
    }
}

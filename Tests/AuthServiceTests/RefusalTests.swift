import Foundation
import Model
import Synchronization
import TestKit
import Testing

@testable import AuthService

@Suite struct RefusalTests {
    private func refusal(_ access: Access, _ number: Int) -> Refusal {
        Refusal(actor: AuditEvent.Actor(access), what: "POST /api/v1/thing/\(number)", reason: "", count: 1)
    }

    @Test func `refusals are told, and nobody can fill the log with them`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let eve = try await house.person("eve", by: admin)
            let clock = Mutex(ContinuousClock.now)
            let refusals = Refusals(store: house.service.audit.store) { clock.withLock { $0 } }
            try await refusals.record((0..<1000).map { refusal(eve, $0) }, from: "gateway")
            try await refusals.record([refusal(admin.access, 0)], from: "gateway")
            func rows() async throws -> [AuditEntry] {
                var search = AuditSearch()
                search.deed = .action("access.refused")
                return try await house.service.audit.list(search, in: nil, after: nil, limit: 500, as: admin.access)
                    .entries
            }
            #expect(try await rows().count == Refusals.rowsPerMinuteMax + 1)
            clock.withLock { $0 += .seconds(61) }
            try await refusals.flush()
            try await refusals.flush()
            let all = try await rows()
            #expect(all.count == Refusals.rowsPerMinuteMax + 2)
            #expect(all.first?.detail == #"{"times":"980"}"# && all.first?.actor == "eve")
            #expect(all.allSatisfy { $0.outcome == "refused" })
            #expect(all.last?.credential == eve.credential.uuid && all.last?.object == "POST /api/v1/thing/0")
            #expect(await outcome { try await refusals.record([], from: "tracking") } == "forbidden")
        }
    }
}

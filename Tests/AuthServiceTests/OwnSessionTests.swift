import Foundation
import Model
import Testing

@testable import AuthService

@Suite struct OwnSessionTests {
    @Test func `one sees one's living sessions and ends one, and all others`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let sessions = house.service.sessions
            let (phone, train) = (try await house.signIn("admin"), try await house.signIn("admin"))
            let lost = try await house.access(session: phone).credential
            let listed = try await sessions.list(as: admin.access)
            #expect(listed.count == 3 && listed.contains { $0.id == lost && $0.address == "192.0.2.1" })
            #expect(listed.allSatisfy { $0.endsAt.timeIntervalSince($0.seenAt) <= 12 * 3600 + 1 })

            #expect(try await sessions.end(lost, as: admin.access) == 1)
            #expect(await outcome { _ = try await house.access(session: phone) } == "unauthenticated session_expired")
            #expect(await outcome { _ = try await sessions.end(lost, as: admin.access) } == "notFound")
            #expect(try await sessions.end(nil, as: admin.access) == 1)
            #expect(await outcome { _ = try await house.access(session: train) } == "unauthenticated session_expired")
            #expect(try await sessions.list(as: admin.access).map(\.id) == [admin.access.credential])
            #expect(try await sessions.end(nil, as: admin.access) == 0)
            let told = try await house.service.audit.store.page(in: nil, after: 0, limit: 100)
            #expect(told.filter { $0.action == "session.end" }.count == 2)
        }
    }

    @Test func `nobody sees or ends another's session, and a key none at all`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let mallory = try await house.person("mallory", by: admin)
            let sessions = house.service.sessions
            #expect(try await sessions.list(as: mallory).map(\.id) == [mallory.credential])
            #expect(await outcome { _ = try await sessions.end(admin.access.credential, as: mallory) } == "notFound")
            #expect(try await sessions.end(nil, as: mallory) == 0)
            #expect(try await sessions.list(as: admin.access).map(\.id) == [admin.access.credential])
            let key = try await house.access(key: admin.key)
            #expect(await outcome { _ = try await sessions.list(as: key) } == "forbidden session_required")
            #expect(await outcome { _ = try await sessions.end(nil, as: key) } == "forbidden session_required")
        }
    }
}

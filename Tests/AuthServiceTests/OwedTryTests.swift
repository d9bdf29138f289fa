import Foundation
import Model
import Postgres
import Sealing
import Testing

@testable import AuthService

/// What nobody has judged is given back.
@Suite struct OwedTryTests {
    /// What takes a second to hash, however cheap others are here.
    private static let slow = PasswordHash.Cost(memoryKiB: 65_536, passes: 20, lanes: 1)

    /// Does `body` while `PasswordHasher` has as much to do as it takes, but for `free`.
    private func occupied(
        _ hasher: PasswordHasher, but free: Int = 0, _ body: @escaping @Sendable () async throws -> Void
    ) async throws {
        let (hash, room) = (try PasswordHasher(cost: Self.slow).decoy, PasswordHasher.atOnce + 64)
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for _ in 0..<(room - free + (free == 0 ? 1 : 0)) {
                group.addTask {
                    do {
                        return try await hasher.verify("wrong", against: hash)
                    } catch {
                        return (error as? SealingError) == .busy
                    }
                }
            }
            // The one that finds no room says that the others have come.
            if free == 0 { while try await group.next() == false {} }
            try await body()
            group.cancelAll()
        }
    }

    @Test func `a queue that is full counts as no try`() async throws {
        try await AuthHouse.with { house in
            _ = try await house.begin()
            #expect(await house.miss("admin", 1) == refused)
            let before = try await tries(house)
            try await occupied(house.service.sessions.hasher) {
                #expect(await house.miss("admin", 1) == "exhausted busy")
                #expect(await house.miss("nobody", 1) == "exhausted busy")
            }
            #expect(try await house.failures(of: "admin") == 1)
            #expect(try await tries(house) == before + [0, 0])
            for number in 2..<11 { #expect(await house.miss("admin", number) == refused) }
            #expect(await house.miss("admin", 11) == throttled)
        }
    }

    @Test func `whoever hangs up before their turn has tried nothing`() async throws {
        try await AuthHouse.with { house in
            _ = try await house.begin()
            try await occupied(house.service.sessions.hasher, but: 60) {
                await withTaskGroup(of: String.self) { group in
                    group.addTask { await house.miss("admin", 1) }
                    while (try? await house.failures(of: "admin")) == 0 {}
                    group.cancelAll()
                    #expect(await group.next() == "CancellationError()")
                }
            }
            try await house.service.sessions.tries.settleOwed()
            #expect(try await house.failures(of: "admin") == 0)
            #expect(try await tries(house) == [0, 0])
        }
    }

    @Test func `what is given back opens no account that waits for others`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            _ = try await house.person("ada", by: admin)
            for number in 0..<10 { #expect(await house.miss("ada", number) == refused) }
            let tries = house.service.sessions.tries
            let lock = try await house.service.sessions.accounts.lock(
                of: "ada@example.org", by: KnownBrowser.Draft(presented: ""))
            let counted = try await tries.take("ada@example.org", of: lock, from: "192.0.2.1")
            #expect(counted.reserved == nil && counted.names.count == 1)
            await tries.giveBack(counted)
            #expect(await outcome { _ = try await house.signIn("ada@example.org") } == refused)
        }
    }

    private func tries(_ house: AuthHouse) async throws -> [Int32] {
        try await house.owner.rows("SELECT tries FROM auth.sign_in_tries ORDER BY tries DESC", for: .none) { row in
            try row.read()
        }
    }
}

import Foundation
import Postgres
import TestKit
import Testing

@Suite struct DatabaseTests {
    @Test func `a statement answers typed rows`() async throws {
        try await ScratchDatabase.with(role: .tracking) { database, owner in
            let rows = try await database.rows("SELECT n FROM generate_series(1, \(5)) AS n", for: .none) {
                try $0.read(Int.self)
            }
            #expect(rows == [1, 2, 3, 4, 5])
            try await owner.ping()
        }
    }
}

import Foundation
import Model
import Postgres

/// Counts tries. Every statement takes its rows in one order: the name as it was typed, the account's, the account.
struct TryStore: Sendable {
    let database: Database

    /// What became of a try of a name.
    struct Taken: Sendable {
        /// Else it waits, and nothing was counted.
        let isFree: Bool
        /// The account is not waiting either, and this was counted for it.
        let isHeard: Bool
        /// The account may be tried, and it was counted as a failure of it.
        let isReserved: Bool
    }

    /// Counts a try of a name and, if it is free, of the account behind it; of `nil`, of nobody. Of many that come at
    /// once no more than are allowed get through.
    func take(_ names: TryNames.Pair, reserving account: ID<Account>?) async throws -> Taken {
        let taken = try await database.first(
            """
            WITH typed AS (
                INSERT INTO auth.sign_in_tries AS t (name, tries) VALUES (\(names.typed), 1)
                \(Self.counting) RETURNING t.name
            ), known AS (
                INSERT INTO auth.sign_in_tries AS t (name, tries) SELECT \(names.account), 1 FROM typed
                \(Self.counting) RETURNING t.name
            ), reserved AS (
                UPDATE auth.accounts a SET failures = a.failures + 1 FROM known
                 WHERE a.id = \(account?.uuid ?? UUID.none) AND a.failures < \(Int32(Try.strangersFailuresMax))
                RETURNING a.id
            )
            SELECT EXISTS (SELECT FROM typed), EXISTS (SELECT FROM known), EXISTS (SELECT FROM reserved)
            """, for: .none
        ) { row in Taken(isFree: try row.read(), isHeard: try row.read(), isReserved: try row.read()) }
        return taken ?? Taken(isFree: false, isHeard: false, isReserved: false)
    }

    /// How long a name waits, in seconds.
    func wait(of name: [UInt8]) async throws -> Double? {
        try await database.first(
            """
            SELECT extract(epoch FROM waits_until - clock_timestamp())::float8 FROM auth.sign_in_tries
             WHERE name = \(name) AND waits_until > clock_timestamp()
            """, for: .none
        ) { row in try row.read() }
    }

    /// Counts a failure of an account beforehand. `false`: there were too many in a row.
    func reserve(_ account: ID<Account>) async throws -> Bool {
        try await database.run(
            """
            UPDATE auth.accounts SET failures = failures + 1
             WHERE id = \(account.uuid) AND failures < \(Int32(Try.failuresMax))
            """, for: .none) == 1
    }

    /// As if it had not been tried: nothing was compared.
    func giveBack(_ attempt: Try) async throws {
        let names = attempt.names.map { name -> SQL in
            """
            UPDATE auth.sign_in_tries SET tries = greatest(tries - 1, 0), waits_until = NULL WHERE name = \(name)
            """
        }
        let reserved = attempt.reserved.map { [Self.release($0)] } ?? []
        try await database.run(names + reserved + [Self.refill(attempt.bucket.key)], for: .none)
    }

    /// The password was right: no failure, whatever comes of the second factor. A part of a transaction.
    static func release(_ account: ID<Account>) -> SQL {
        "UPDATE auth.accounts SET failures = greatest(failures - 1, 0) WHERE id = \(account.uuid)"
    }

    func release(_ account: ID<Account>) async throws {
        try await database.run(Self.release(account), for: .none)
    }

    /// What a success makes good; of `account`, it begins to count failures anew.
    func settle(_ pardon: Try.Pardon, clearing account: ID<Account>?) async throws {
        let names = pardon.names.map { name -> SQL in "DELETE FROM auth.sign_in_tries WHERE name = \(name)" }
        let cleared = account.map { id -> [SQL] in
            ["UPDATE auth.accounts SET failures = 0 WHERE id = \(id.uuid) AND failures > 0"]
        }
        try await database.run(names + (cleared ?? []) + [Self.refill(pardon.bucket)], for: .none)
    }

    private static func refill(_ bucket: [UInt8]) -> SQL {
        "UPDATE auth.throttles SET tokens = least(burst, tokens + 1) WHERE bucket = \(bucket)"
    }

    /// Counts one more, unless the name is waiting. What was not tried for a day begins anew.
    private static let counting: SQL = """
        ON CONFLICT (name) DO UPDATE
           SET tries = CASE WHEN \(isQuiet) THEN 1 ELSE t.tries + 1 END,
               waits_until = CASE WHEN NOT \(isQuiet) AND t.tries + 1 >= \(Int32(Try.freeMax)) THEN now() +
                   make_interval(secs => least(\(Try.waitSecondsMax), \(Try.waitSecondsMin)
                       * 2.0::float8 ^ least(t.tries + 1 - \(Int32(Try.freeMax)), 10))) END,
               tried_at = now()
         WHERE t.waits_until IS NULL OR t.waits_until <= now()
        """
    private static let isQuiet: SQL = "(t.tried_at < now() - make_interval(days => \(Int32(Try.quietDays))))"
}

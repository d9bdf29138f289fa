import Foundation
import Model
import Postgres

/// Sign-ins through providers that have begun.
struct ProviderSignInStore: Sendable {
    static let minutesMax = 10

    let database: Database

    /// Whose identity will be joined to whose account.
    struct Link: Sendable, Equatable {
        let account: ID<Account>
        let session: ID<Credential>
    }

    struct Begun: Sendable {
        /// `nil`: it is for signing in.
        let link: Link?
        let next: String
    }

    func insert(
        state: OpaqueToken, browser: OpaqueToken, provider: ID<Provider>, link: Link?, next: String
    ) async throws {
        try await database.run(
            """
            INSERT INTO auth.provider_sign_ins
                (state_digest, browser_digest, provider_id, account_id, session_id, next, expires_at)
            VALUES (\(state.digest), \(browser.digest), \(provider.uuid), \(link?.account.uuid), \(link?.session.uuid),
                    \(next), now() + make_interval(mins => \(Int32(Self.minutesMax))))
            """, for: .none)
    }

    /// Spends a sign-in, which only the browser that began it can, at the provider it began with. Of many that come at
    /// once one finds it unspent.
    func spend(state: OpaqueToken, browser: OpaqueToken, provider: ID<Provider>) async throws -> Begun? {
        try await database.first(
            """
            UPDATE auth.provider_sign_ins SET used_at = now()
             WHERE state_digest = \(state.digest) AND browser_digest = \(browser.digest)
               AND provider_id = \(provider.uuid) AND used_at IS NULL AND expires_at > now()
            RETURNING account_id, session_id, next
            """, for: .none
        ) { row in
            let (account, session): (UUID?, UUID?) = (try row.read(), try row.read())
            let link = account.flatMap { account in
                session.map { Link(account: ID(account), session: ID($0)) }
            }
            return Begun(link: link, next: try row.read())
        }
    }

    /// Why it could not be spent, for the audit log.
    func refusal(state: OpaqueToken, browser: OpaqueToken, provider: ID<Provider>) async throws -> SignInRefusal.Check {
        let found = try await database.first(
            """
            SELECT browser_digest = \(browser.digest), provider_id = \(provider.uuid), used_at IS NULL
              FROM auth.provider_sign_ins WHERE state_digest = \(state.digest)
            """, for: .none
        ) { row in (try row.read(Bool.self), try row.read(Bool.self), try row.read(Bool.self)) }
        guard let (isBrowser, isProvider, isUnused) = found else { return .stateUnknown }
        if !isBrowser { return .stateBrowser }
        if !isProvider { return .stateProvider }
        return isUnused ? .stateExpired : .stateUsed
    }
}

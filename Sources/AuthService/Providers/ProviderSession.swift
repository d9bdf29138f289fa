import Foundation
import Model
import Postgres

/// Somebody's session at a provider, from which one here has come.
struct ProviderSession: Sendable {
    /// Longer ID tokens are not kept: they would not fit into an address either.
    static let tokenBytesMax = 6000

    let id = UUID()
    let provider: ID<Provider>
    let subject: String
    /// The provider's name for it (OpenID Connect Front-Channel Logout §3); empty: it named none.
    let sid: String
    let sealedToken: [UInt8]

    var insert: SQL {
        """
        INSERT INTO auth.provider_sessions (id, provider_id, subject, sid, id_token)
        VALUES (\(id), \(provider.uuid), \(subject), \(sid), \(sealedToken))
        """
    }
}

struct ProviderSessionStore: Sendable {
    let database: Database

    /// What signing out of a session here has to say there.
    struct Departure: Sendable {
        let provider: ID<Provider>
        let sealedToken: [UInt8]
    }

    /// Of a session that came from a provider whose people sign out there, too.
    func departure(of session: ID<Credential>) async throws -> Departure? {
        try await database.first(
            """
            SELECT v.provider_id, v.id_token
              FROM auth.sessions s JOIN auth.provider_sessions v ON v.id = s.provider_session_id
              JOIN auth.providers p ON p.id = v.provider_id
             WHERE s.id = \(session.uuid) AND p.enabled AND p.signs_out
            """, for: .none
        ) { row in Departure(provider: ID(try row.read()), sealedToken: try row.read()) }
    }

    /// Spends a logout token, and ends the sessions that it means; how many there were. `nil`: it was spent before.
    ///
    /// A token that names a session there means that one, and those that came without a name; one that does not means
    /// all that its subject has.
    func end(_ token: LogoutToken, of provider: Provider, telling event: AuditEvent) async throws -> Int? {
        let isMeant: SQL = """
            v.provider_id = \(provider.id.uuid) AND (\(token.subject) = '' OR v.subject = \(token.subject))
            AND (\(token.sid) = '' OR v.sid = \(token.sid) OR (v.sid = '' AND \(token.subject) <> ''))
            """
        return try await database.first(
            """
            WITH spent AS (
                INSERT INTO auth.logout_tokens (provider_id, digest) VALUES (\(provider.id.uuid), \(token.digest))
                ON CONFLICT DO NOTHING RETURNING provider_id
            ), ended AS (
                UPDATE auth.sessions s SET ended_at = now() FROM auth.provider_sessions v
                 WHERE v.id = s.provider_session_id AND \(isMeant) AND s.ended_at IS NULL AND EXISTS (SELECT FROM spent)
                RETURNING s.id
            ), dropped AS (
                UPDATE auth.pending_sign_ins w SET used_at = now() FROM auth.provider_sessions v
                 WHERE v.id = w.provider_session_id AND \(isMeant) AND w.used_at IS NULL AND EXISTS (SELECT FROM spent)
            ), told AS (
                \(AuditStore.append(event, forEachOf: "spent"))
            )
            SELECT (SELECT count(*) FROM ended) FROM spent
            """, for: event.tenants
        ) { row in Int(try row.read(Int64.self)) }
    }
}

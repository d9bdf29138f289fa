import Foundation
import Model
import Sealing

/// What is secret of providers and of sign-ins through them: sealed or computed with keys outside of the database.
struct ProviderVault: Sendable {
    let peppers: Peppers

    func seal(_ secret: String, of provider: ID<Provider>) throws -> [UInt8] {
        guard !secret.isEmpty, let key = try peppers.providerKeys.first else { return [] }
        return try Sealed.seal(Secret(secret), with: key, place: Self.place(provider))
    }

    func open(_ sealed: [UInt8], of provider: ID<Provider>) throws -> Secret {
        sealed.isEmpty ? Secret([]) : try Sealed.open(sealed, with: peppers.providerKeys, place: Self.place(provider))
    }

    /// Somebody's ID token, kept for signing out; empty for one that is not kept.
    func seal(token: String, of provider: ID<Provider>) throws -> [UInt8] {
        guard !token.isEmpty, token.utf8.count <= ProviderSession.tokenBytesMax,
            let key = try peppers.providerKeys.first
        else { return [] }
        return try Sealed.seal(Secret(token), with: key, place: Self.tokenPlace(provider))
    }

    func open(token sealed: [UInt8], of provider: ID<Provider>) throws -> Secret {
        sealed.isEmpty
            ? Secret([]) : try Sealed.open(sealed, with: peppers.providerKeys, place: Self.tokenPlace(provider))
    }

    /// 43 characters that only this server can make of a state: a nonce, or a verifier (RFC 7636), is never kept.
    func derived(_ purpose: String, from state: OpaqueToken) -> String {
        OpaqueToken.base64url(HMACSHA256.code(for: Array("\(purpose)\n\(state.text)".utf8), key: peppers.signIns))
    }

    private static func place(_ provider: ID<Provider>) -> String {
        "auth.providers.client_secret/\(provider.text)"
    }

    private static func tokenPlace(_ provider: ID<Provider>) -> String {
        "auth.provider_sessions.id_token/\(provider.text)"
    }
}

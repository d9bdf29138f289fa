import Foundation
import Sealing

/// A provider's word that somebody has signed out there (OpenID Connect Back-Channel Logout 1.0 §2.4), believed.
struct LogoutToken: Sendable, Equatable {
    /// How old one may be.
    static let age: Double = 120

    /// At least one of the two is not empty.
    let subject: String
    let sid: String
    /// Of its `jti`.
    let digest: [UInt8]

    private static let event = "http://schemas.openid.net/event/backchannel-logout"

    init(subject: String, sid: String, digest: [UInt8]) {
        (self.subject, self.sid, self.digest) = (subject, sid, digest)
    }

    /// Checks all but the signature (§2.6).
    init(_ token: IDToken, issuer: String, client: String, now: Date = Date()) throws(SignInRefusal) {
        guard token.type == nil || token.type == "logout+jwt" || token.type == "jwt" else {
            throw SignInRefusal(.logoutTokenKind)
        }
        let claims = token.claims
        guard claims.values["iss"]?.text == issuer else { throw SignInRefusal(.idTokenIssuer) }
        guard claims.values["aud"]?.texts?.contains(client) == true else { throw SignInRefusal(.idTokenAudience) }
        let seconds = now.timeIntervalSince1970
        guard let issued = claims.values["iat"]?.time, abs(seconds - issued) <= Self.age else {
            throw SignInRefusal(.idTokenTime)
        }
        guard claims.values["exp"].map({ seconds < ($0.time ?? 0) + IDToken.skew }) ?? true else {
            throw SignInRefusal(.idTokenExpired)
        }
        // An ID token has a nonce and no event: one can never be taken for the other.
        guard case .object(let events)? = claims.values["events"], case .object? = events[Self.event],
            claims.values["nonce"] == nil
        else { throw SignInRefusal(.logoutTokenKind) }
        guard let name = claims.text("jti"), !name.isEmpty else { throw SignInRefusal(.logoutTokenKind) }
        (subject, sid) = (claims.values["sub"]?.text ?? "", claims.values["sid"]?.text ?? "")
        guard !subject.isEmpty || !sid.isEmpty else { throw SignInRefusal(.subjectMalformed) }
        guard [subject, sid].allSatisfy({ $0.utf8.count <= Identity.subjectMax && $0.plain(1000) == $0 }) else {
            throw SignInRefusal(.subjectMalformed)
        }
        digest = SHA256.digest(of: name.utf8)
    }
}

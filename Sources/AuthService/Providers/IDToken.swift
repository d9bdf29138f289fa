import Foundation
import Sealing

/// An ID token (OpenID Connect Core §2), read but not believed until its signature and its claims are checked.
///
/// Of its head only the algorithm and the name of the key are looked at: whatever else it offers as a key (`jku`,
/// `x5u`, `jwk`, `x5c`) is nobody's.
struct IDToken: Sendable {
    static let bytesMax = 64 << 10
    /// How far the provider's clock may be from ours.
    static let skew: Double = 60

    let way: VerificationKey.Signature
    let keyID: String?
    /// What it says it is (`typ`), in lower case.
    let type: String?
    let claims: Claims
    private let signed: [UInt8]
    private let signature: [UInt8]

    init(_ text: String) throws(SignInRefusal) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard text.utf8.count <= Self.bytesMax, parts.count == 3 else { throw SignInRefusal(.idTokenMalformed) }
        let decoded = parts.compactMap { Base64URL.decode($0) }
        guard decoded.count == 3, let head = Claims(json: decoded[0]), let claims = Claims(json: decoded[1]) else {
            throw SignInRefusal(.idTokenMalformed)
        }
        guard let way = head.values["alg"]?.text.flatMap(VerificationKey.Signature.init(rawValue:)) else {
            throw SignInRefusal(.idTokenAlgorithm)
        }
        // Extensions that must be understood (RFC 7515 §4.1.11): none is.
        guard head.values["crit"] == nil else { throw SignInRefusal(.idTokenMalformed) }
        self.way = way
        keyID = head.text("kid")
        type = head.text("typ")?.lowercased()
        self.claims = claims
        signed = Array("\(parts[0]).\(parts[1])".utf8)
        signature = decoded[2]
    }

    func check(signedBy key: VerificationKey) throws(SignInRefusal) {
        guard key.isSignature(signature, of: signed, by: way) else { throw SignInRefusal(.idTokenSignature) }
    }

    /// OpenID Connect Core §3.1.3.7; answers the subject.
    func check(issuer: String, client: String, nonce: String, now: Date = Date()) throws(SignInRefusal) -> String {
        guard claims.values["iss"]?.text == issuer else { throw SignInRefusal(.idTokenIssuer) }
        guard let audience = claims.values["aud"]?.texts, audience.contains(client) else {
            throw SignInRefusal(.idTokenAudience)
        }
        let party = claims.values["azp"]
        guard party?.text == client || (party == nil && audience.count == 1) else {
            throw SignInRefusal(.idTokenParty)
        }
        try checkTimes(now: now)
        guard let brought = claims.values["nonce"]?.text,
            constantTimeEqual(Array(brought.utf8), Array(nonce.utf8))
        else { throw SignInRefusal(.idTokenNonce) }
        guard let subject = claims.values["sub"]?.text else { throw SignInRefusal(.subjectMalformed) }
        return subject
    }

    /// That it is good by now, and still.
    func checkTimes(now: Date) throws(SignInRefusal) {
        let seconds = now.timeIntervalSince1970
        guard let expires = claims.values["exp"]?.time, seconds < expires + Self.skew else {
            throw SignInRefusal(.idTokenExpired)
        }
        guard let issued = claims.values["iat"]?.time, issued <= seconds + Self.skew,
            claims.values["nbf"].map({ ($0.time ?? .infinity) <= seconds + Self.skew }) ?? true
        else { throw SignInRefusal(.idTokenTime) }
    }
}

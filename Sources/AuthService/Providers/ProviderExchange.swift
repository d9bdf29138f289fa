import Egress
import Foundation
import Model
import Sealing

/// What comes after the browser is back: a code is exchanged for what the provider says of somebody.
struct ProviderExchange: Sendable {
    static let bytesMax = 256 << 10

    let egress: Egress
    let documents: ProviderDocuments

    struct Code: Sendable {
        let text: String
        let redirectURI: String
        let verifier: String
        let nonce: String
    }

    /// Who has come, with every check that OpenID Connect Core §3.1.3 asks for.
    func identity(
        for code: Code, of provider: Provider, secret: Secret
    ) async throws(SignInRefusal) -> Identity {
        let metadata = try await documents.metadata(of: provider)
        let tokens = try await tokens(for: code, of: provider, secret, metadata)
        switch provider.kind {
        case .oidc: return try await verified(tokens, code, provider, metadata)
        case .oauth2:
            guard let userinfo = metadata.userinfoURL, let access = tokens.text("access_token") else {
                throw SignInRefusal(.tokenMalformed)
            }
            let claims = try await user(access, at: userinfo)
            return try Identity(claims, subject: claims[provider.subjectClaim]?.name ?? "", of: provider)
        // Nobody is sent to a directory, and nobody comes back from one.
        case .ldap: throw SignInRefusal(.providerUnknown)
        }
    }

    private func verified(
        _ tokens: Claims, _ code: Code, _ provider: Provider, _ metadata: ProviderMetadata
    ) async throws(SignInRefusal) -> Identity {
        guard let text = tokens.text("id_token"), let keysURL = metadata.keysURL else {
            throw SignInRefusal(.idTokenMissing)
        }
        let token = try IDToken(text)
        try token.check(signedBy: try await documents.key(of: token, provider.id, at: keysURL))
        let subject = try token.check(issuer: provider.issuer, client: provider.clientID, nonce: code.nonce)
        let claims = try await completed(token.claims, subject, tokens, provider, metadata)
        // Of the signed token alone. Entra's `sub` is another for each application; its directory knows the `oid`.
        let known = provider.subjectClaim == "sub" ? subject : token.claims[provider.subjectClaim]?.text ?? ""
        var identity = try Identity(claims, subject: known, of: provider)
        (identity.idToken, identity.tokenSubject) = (text, subject)
        return identity
    }

    /// With the claims that only the provider's user address knows. What it says counts only for the same subject, and
    /// only where the signed token is silent.
    private func completed(
        _ claims: Claims, _ subject: String, _ tokens: Claims, _ provider: Provider, _ metadata: ProviderMetadata
    ) async throws(SignInRefusal) -> Claims {
        let wanted = [provider.nameClaim, provider.emailClaim, provider.groupClaim].filter { !$0.isEmpty }
        let isWhole = wanted.allSatisfy { claims[$0] != nil }
        guard !isWhole, let userinfo = metadata.userinfoURL, let access = tokens.text("access_token") else {
            return claims
        }
        let more = try await user(access, at: userinfo)
        guard more["sub"]?.text == subject else { throw SignInRefusal(.userSubject) }
        return claims.merging(more)
    }

    /// RFC 6749 §4.1.3 with RFC 7636 §4.5.
    private func tokens(
        for code: Code, of provider: Provider, _ secret: Secret, _ metadata: ProviderMetadata
    ) async throws(SignInRefusal) -> Claims {
        var form = [
            ("grant_type", "authorization_code"), ("code", code.text), ("redirect_uri", code.redirectURI),
            ("code_verifier", code.verifier),
        ]
        var headers = ["Accept: application/json", "Content-Type: application/x-www-form-urlencoded"]
        let password = String(decoding: secret.bytes, as: UTF8.self)
        if password.isEmpty || metadata.takesSecretInBody {
            form.append(("client_id", provider.clientID))
            if !password.isEmpty { form.append(("client_secret", password)) }
        } else {
            let pair = "\(FormText.escaped(provider.clientID)):\(FormText.escaped(password))"
            headers.append("Authorization: Basic \(Data(pair.utf8).base64EncodedString())")
        }
        let request = Egress.Request(
            metadata.tokenURL, body: Array(FormText.joined(form).utf8), headers: headers, bytesMax: Self.bytesMax)
        let answer: Egress.Answer
        do throws(EgressError) {
            answer = try await egress.send(request)
        } catch {
            throw SignInRefusal(.tokenUnreachable)
        }
        guard answer.status == 200 else { throw SignInRefusal(.tokenRefused) }
        guard let claims = Claims(json: answer.body) else { throw SignInRefusal(.tokenMalformed) }
        // Some say 200 and mean no.
        guard claims.values["error"] == nil else { throw SignInRefusal(.tokenRefused) }
        return claims
    }

    private func user(_ access: String, at url: EgressURL) async throws(SignInRefusal) -> Claims {
        guard access.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }) else { throw SignInRefusal(.tokenMalformed) }
        let request = Egress.Request(
            url, headers: ["Accept: application/json", "Authorization: Bearer \(access)"], bytesMax: Self.bytesMax)
        let answer: Egress.Answer
        do throws(EgressError) {
            answer = try await egress.send(request)
        } catch {
            throw SignInRefusal(.userUnreachable)
        }
        guard answer.status == 200 else { throw SignInRefusal(.userUnreachable) }
        guard let claims = Claims(json: answer.body) else { throw SignInRefusal(.userMalformed) }
        return claims
    }
}

/// `application/x-www-form-urlencoded`.
enum FormText {
    static func joined(_ members: [(String, String)]) -> String {
        members.map { "\(escaped($0.0))=\(escaped($0.1))" }.joined(separator: "&")
    }

    /// Everything but RFC 3986's unreserved characters is escaped.
    static func escaped(_ text: String) -> String {
        let plain = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return text.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
    }
}

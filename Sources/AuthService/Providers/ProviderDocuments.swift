import Egress
import Foundation
import Model
import Sealing

/// What a provider says of itself (OpenID Connect Discovery §3).
struct ProviderMetadata: Sendable {
    let authorizeURL: String
    let tokenURL: EgressURL
    let keysURL: EgressURL?
    let userinfoURL: EgressURL?
    /// Where people sign out there; `nil`: it does not say.
    let endSessionURL: String?
    /// It promises to name itself in its answers (RFC 9207).
    let namesItself: Bool
    /// It takes the client's secret in the body only.
    let takesSecretInBody: Bool
}

/// What providers publish, read when it is needed and kept for a while. The cache grants nothing: what a token says is
/// checked each time.
actor ProviderDocuments {
    static let bytesMax = 64 << 10
    static let secondsMax: Double = 5
    /// How long a provider's own description is good for.
    static let fresh: Duration = .seconds(600)
    /// A key that is not known is looked for this often at most, whoever asks.
    static let keysPause: Duration = .seconds(60)
    /// Keys that were withdrawn are believed no longer than this.
    static let keysFresh: Duration = .seconds(3600)

    private struct Keys {
        var set: KeySet?
        var readAt: ContinuousClock.Instant?
        /// When a key that was not known was last looked for.
        var soughtAt: ContinuousClock.Instant?
        var isReading = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let egress: Egress
    private var metadata: [Provider: (ProviderMetadata, ContinuousClock.Instant)] = [:]
    /// By the id of a provider, or the address of an issuer that is only trusted for its tokens.
    private var keys: [String: Keys] = [:]
    private var addresses: [String: (EgressURL, ContinuousClock.Instant)] = [:]

    init(egress: Egress) {
        self.egress = egress
    }

    func metadata(of provider: Provider) async throws(SignInRefusal) -> ProviderMetadata {
        if let (known, until) = metadata[provider], until > .now { return known }
        let found = try await read(provider)
        if metadata.count > 100 { metadata.removeAll() }
        metadata[provider] = (found, .now + Self.fresh)
        return found
    }

    /// Reads it anew, whatever is known.
    func read(_ provider: Provider) async throws(SignInRefusal) -> ProviderMetadata {
        guard provider.kind == .oidc else { return try Self.fixed(provider) }
        return try metadata(await discover(provider.issuer))
    }

    private func discover(_ issuer: String) async throws(SignInRefusal) -> Claims {
        let base = issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer
        let text = base + "/.well-known/openid-configuration"
        guard let url = try? EgressURL(text) else { throw SignInRefusal(.discoveryAddress) }
        let document = try await get(url, .discoveryUnreachable, .discoveryMalformed)
        guard let claims = Claims(json: document) else { throw SignInRefusal(.discoveryMalformed) }
        guard claims.values["issuer"]?.text == issuer else { throw SignInRefusal(.discoveryIssuer) }
        return claims
    }

    private func metadata(_ claims: Claims) throws(SignInRefusal) -> ProviderMetadata {
        let authorize = try address(claims, "authorization_endpoint")
        let methods = claims["token_endpoint_auth_methods_supported"]?.texts ?? ["client_secret_basic"]
        return ProviderMetadata(
            authorizeURL: claims.text("authorization_endpoint") ?? authorize.text,
            tokenURL: try address(claims, "token_endpoint"), keysURL: try address(claims, "jwks_uri"),
            userinfoURL: claims["userinfo_endpoint"] == nil ? nil : try address(claims, "userinfo_endpoint"),
            endSessionURL: (try? address(claims, "end_session_endpoint")) == nil
                ? nil : claims.text("end_session_endpoint"),
            namesItself: claims["authorization_response_iss_parameter_supported"] == .flag(true),
            takesSecretInBody: !methods.contains("client_secret_basic") && methods.contains("client_secret_post"))
    }

    private func address(_ claims: Claims, _ name: String) throws(SignInRefusal) -> EgressURL {
        guard let text = claims.text(name), let url = try? EgressURL(text), (try? egress.check(url)) != nil else {
            throw SignInRefusal(.discoveryAddress)
        }
        return url
    }

    private static func fixed(_ provider: Provider) throws(SignInRefusal) -> ProviderMetadata {
        guard let token = try? EgressURL(provider.tokenURL), let userinfo = try? EgressURL(provider.userinfoURL) else {
            throw SignInRefusal(.discoveryAddress)
        }
        return ProviderMetadata(
            authorizeURL: provider.authorizeURL, tokenURL: token, keysURL: nil, userinfoURL: userinfo,
            endSessionURL: nil, namesItself: false, takesSecretInBody: true)
    }

    /// The key that signed a token. One that is not known may be new: the set is then read again, by one for all that
    /// wait, once a minute at most. The state is looked at anew after each wait.
    func key(of token: IDToken, _ provider: ID<Provider>, at url: EgressURL) async throws(SignInRefusal)
        -> VerificationKey
    {
        try await key(of: token, provider.text, url)
    }

    /// The same, of an issuer that signs nobody in: it need not say where one signs in.
    func key(of token: IDToken, issuedBy issuer: String) async throws(SignInRefusal) -> VerificationKey {
        if let (url, until) = addresses[issuer], until > .now { return try await key(of: token, issuer, url) }
        let url = try address(await discover(issuer), "jwks_uri")
        if addresses.count > 100 { addresses.removeAll() }
        addresses[issuer] = (url, .now + Self.fresh)
        return try await key(of: token, issuer, url)
    }

    private func key(of token: IDToken, _ provider: String, _ url: EgressURL) async throws(SignInRefusal)
        -> VerificationKey
    {
        while true {
            let known = keys[provider] ?? Keys()
            let age = known.readAt.map { ContinuousClock.now - $0 }
            if let set = known.set, let age, age < Self.keysFresh,
                case .key(let key) = set.find(token.keyID, for: token.way)
            {
                return key
            }
            if known.isReading {
                await withCheckedContinuation { keys[provider, default: Keys()].waiters.append($0) }
                continue
            }
            if let age, age < Self.keysFresh {
                if let sought = known.soughtAt, ContinuousClock.now - sought < Self.keysPause {
                    throw SignInRefusal(.idTokenKey)
                }
                keys[provider, default: Keys()].soughtAt = .now
            }
            try await readKeys(provider, url)
        }
    }

    private func readKeys(_ provider: String, _ url: EgressURL) async throws(SignInRefusal) {
        keys[provider, default: Keys()].isReading = true
        let outcome: Result<KeySet, SignInRefusal>
        do throws(SignInRefusal) {
            outcome = .success(try await keySet(at: url))
        } catch {
            outcome = .failure(error)
        }
        var entry = keys[provider, default: Keys()]
        // A peer that was away is asked again at once: it is the next sign-in, not this one, that may go well.
        if case .success(let set) = outcome { (entry.set, entry.readAt) = (set, .now) }
        let waiters = entry.waiters
        (entry.isReading, entry.waiters) = (false, [])
        keys[provider] = entry
        for waiter in waiters { waiter.resume() }
        _ = try outcome.get()
    }

    func keySet(at url: EgressURL) async throws(SignInRefusal) -> KeySet {
        let document = try await get(url, .keysUnreachable, .keysMalformed)
        guard let set = KeySet(json: document) else { throw SignInRefusal(.keysMalformed) }
        return set
    }

    /// After a change of the provider.
    func forget(_ provider: ID<Provider>) {
        metadata = metadata.filter { $0.key.id != provider }
        keys[provider.text]?.readAt = nil
        keys[provider.text]?.soughtAt = nil
        keys[provider.text]?.set = nil
    }

    private func get(
        _ url: EgressURL, _ unreachable: SignInRefusal.Check, _ malformed: SignInRefusal.Check
    ) async throws(SignInRefusal) -> [UInt8] {
        let request = Egress.Request(
            url, headers: ["Accept: application/json"], bytesMax: Self.bytesMax, secondsMax: Self.secondsMax)
        let answer: Egress.Answer
        do throws(EgressError) {
            answer = try await egress.send(request)
        } catch {
            throw SignInRefusal(error == .tooLarge ? malformed : unreachable)
        }
        guard answer.status == 200 else { throw SignInRefusal(unreachable) }
        return answer.body
    }
}

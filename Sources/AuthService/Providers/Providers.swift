import Directory
import Egress
import Foundation
import Model
import Sealing

/// The providers of this instance, as its administrators keep them, and one's own identities. Who is believed is
/// changed in a session that was proven lately, never by a key.
struct Providers: Sendable {
    let store: ProviderStore
    let identities: IdentityStore
    let provisioned: ProvisioningStore
    let vault: ProviderVault
    let egress: Egress
    let documents: ProviderDocuments
    let directory: Directory

    func list(as access: Access) async throws -> [ProviderEntry] {
        _ = try access.require(.administerInstance, on: .instance)
        return try await store.list()
    }

    /// What the sign-in page offers to everybody.
    func offers() async throws -> [(ID<Provider>, String)] {
        try await store.offers()
    }

    func create(_ provider: Provider, secret: String, as access: Access) async throws -> ProviderEntry {
        let permit = try access.require(.administerInstance, on: .instance)
        try access.requireRecentProof()
        try provider.check(egress)
        // A name without a password would be let in as nobody, and a password needs a name.
        guard provider.directory.map({ $0.bindDN.isEmpty == secret.isEmpty }) ?? true else {
            throw Failure(
                .invalid, "bind_dn and its password, in client_secret, come together or not at all.",
                reason: "provider_invalid", detail: "bind_dn")
        }
        try await store.insert(provider, secret: try sealed(secret, of: provider.id), by: permit)
        return try await entry(provider.id)
    }

    /// Without a secret the one there is stays. Who is in a group that the provider keeps here has at once what the
    /// rules say now.
    func change(_ provider: Provider, secret: String, as access: Access) async throws -> ProviderEntry {
        let permit = try access.require(.administerInstance, on: .instance)
        try access.requireRecentProof()
        try provider.check(egress)
        let kept = secret.isEmpty ? nil : try sealed(secret, of: provider.id)
        guard try await store.update(provider, secret: kept, by: permit) else { throw Self.unknown }
        try await provisioned.resettle(provider, AuditEvent.Actor(permit))
        await documents.forget(provider.id)
        return try await entry(provider.id)
    }

    func delete(_ id: ID<Provider>, as access: Access) async throws {
        let permit = try access.require(.administerInstance, on: .instance)
        try access.requireRecentProof()
        guard try await store.delete(id, by: permit) else { throw Self.unknown }
        await documents.forget(id)
    }

    struct Step: Sendable {
        let what: String
        let problem: String?
    }

    /// Whether it answers as it should, step by step. Nothing of what it answers is told: an address that leads
    /// elsewhere says no more than one that leads nowhere.
    func test(_ id: ID<Provider>, as access: Access) async throws -> [Step] {
        _ = try access.require(.administerInstance, on: .instance)
        guard let kept = try await store.find(id) else { throw Self.unknown }
        let provider = kept.provider
        var metadata: ProviderMetadata?
        var steps: [Step] = []
        func attempt(_ what: String, _ work: () async throws -> Void) async {
            let problem: String?
            do {
                try await work()
                problem = nil
            } catch {
                problem = (error as? SignInRefusal).map { Self.advice[$0.check] ?? $0.check.rawValue } ?? "It failed."
            }
            steps.append(Step(what: what, problem: problem))
        }
        guard provider.kind != .ldap else {
            await attempt("directory") { try await tryOut(kept) }
            return steps
        }
        await attempt("description") { metadata = try await documents.read(provider) }
        if provider.kind == .oidc, let url = metadata?.keysURL {
            await attempt("keys") {
                guard try await !documents.keySet(at: url).entries.isEmpty else { throw SignInRefusal(.keysMalformed) }
            }
        }
        if let url = metadata?.tokenURL {
            await attempt("token address") { try await reach(url, .tokenUnreachable) }
        }
        return steps
    }

    private func tryOut(_ kept: ProviderStore.Kept) async throws(SignInRefusal) {
        let question = try kept.question(vault)
        do throws(DirectoryError) {
            try await directory.tryOut(question)
        } catch {
            throw SignInRefusal(error)
        }
    }

    /// Anything that it says to nonsense will do.
    private func reach(_ url: EgressURL, _ check: SignInRefusal.Check) async throws {
        let request = Egress.Request(
            url, body: [], headers: ["Content-Type: application/x-www-form-urlencoded"],
            bytesMax: ProviderDocuments.bytesMax, secondsMax: ProviderDocuments.secondsMax)
        do throws(EgressError) {
            _ = try await egress.send(request)
        } catch {
            throw SignInRefusal(check)
        }
    }

    // MARK: One's own

    func identities(as access: Access) async throws -> [IdentityEntry] {
        try requireSession(access)
        return try await identities.list(of: access.principal)
    }

    func removeIdentity(_ provider: ID<Provider>, as access: Access) async throws {
        try requireSession(access)
        let event = AuditEvent(
            AuditEvent.Actor(access), "identity.remove", on: access.principal.text,
            detail: ["provider_id": provider.text])
        switch try await identities.remove(provider, of: access.principal, telling: event) {
        case .done: return
        case .unknown: throw Failure(.notFound, "Your account is not joined to this provider.")
        case .kept:
            throw Failure(
                .conflict, "This provider keeps your account here: it is removed there.", reason: "identity_kept")
        case .lastWayIn:
            throw Failure(
                .conflict,
                "This is the only way into your account. Get a password first: an administrator can send you a "
                    + "link for one.", reason: "last_way_in")
        }
    }

    private func requireSession(_ access: Access) throws(Failure) {
        guard access.bySession else {
            throw Failure(.forbidden, "Identities are managed in a browser session.", reason: "session_required")
        }
    }

    private func entry(_ id: ID<Provider>) async throws -> ProviderEntry {
        guard let entry = try await store.entry(id) else { throw Self.unknown }
        return entry
    }

    private func sealed(_ secret: String, of id: ID<Provider>) throws -> [UInt8] {
        guard secret.utf8.count <= 4096, secret.plain(4096) == secret else {
            throw Failure(.invalid, "A client secret has at most 4096 bytes and no control characters.")
        }
        return try vault.seal(secret, of: id)
    }

    static let unknown = Failure(.notFound, "There is no such provider.", reason: "provider_unknown")

    private static let advice: [SignInRefusal.Check: String] = [
        .discoveryUnreachable: "ISSUER/.well-known/openid-configuration was not reached, or may not be.",
        .discoveryMalformed:
            "ISSUER/.well-known/openid-configuration is not the description of a provider, or over 64 KiB.",
        .discoveryIssuer: "It calls itself something else than the issuer that is set here; each character counts.",
        .discoveryAddress: "It names an address that is missing, or that this instance may not ask.",
        .keysUnreachable: "Its keys were not reached, or may not be.",
        .keysMalformed: "Among its keys is none that is used here: RS256, PS256, ES256 or EdDSA.",
        .tokenUnreachable: "The token address was not reached, or may not be.",
        .directoryUnreachable: "The directory was not reached, or did not answer within five seconds.",
        .directoryUntrusted:
            "There is no TLS, or its certificate is not of the authority that is trusted here, or of another name.",
        .directoryNotAdmitted: "It does not let this instance in: the bind DN or its password is wrong.",
        .directoryNotAnswered:
            "It does not answer: a base DN is not there, or not for the bind DN to see, or a filter is wrong.",
        .groupsTooMany: "The group filter finds more than 2000 groups.",
    ]
}

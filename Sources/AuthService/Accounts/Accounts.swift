import Foundation
import Mail
import Model
import Sealing

struct Accounts: Sendable {
    static let idsMax = 1000

    let store: AccountStore
    let policy: PasswordPolicy
    let hasher: PasswordHasher
    let mails: Mails
    let tries: Tries

    /// An account and the link for its first password, which goes to its address as well, if mail can.
    func create(
        name: String, email: String, as access: Access
    ) async throws -> (id: ID<Account>, token: OpaqueToken, isMailed: Bool) {
        let permit = try access.require(.administerInstance, on: .instance)
        try access.requireRecentProof()
        let draft = try AccountEntry.Draft(name: name, email: email)
        let token = OpaqueToken.fresh()
        var mail: QueuedMail.Draft?
        if let address = MailAddress(email) {
            let proof = mails.vault.proof(of: token, sentTo: address.text)
            mail = try mails.draft(
                .setup, link: "/setup/\(token.text)?mail=\(proof)", by: access.principal,
                seconds: SetupToken.lifeDays * 86_400)
        }
        return (draft.id, token, try await store.insert(draft, token: token, mailing: mail, by: permit))
    }

    /// Whom one may find: administrators of the instance everybody; those who manage members somewhere whoever
    /// they can name exactly, to invite them; others those they share a workspace with.
    func find(ids: [ID<Account>], name: String, email: String, as access: Access) async throws -> [AccountEntry] {
        guard ids.count <= Self.idsMax else {
            throw Failure(.invalid, "At most \(Self.idsMax) accounts can be asked for at once.")
        }
        let seesAll = access.allows(.administerInstance, on: .instance)
        let shared = Set(access.grants.compactMap(\.scope.workspace))
            .filter { access.limits.workspaces.isEmpty || access.limits.workspaces.contains($0) }
        let known = AccountStore.Sight.those(of: access.principal, in: Array(shared))
        let names = seesAll || !access.workspaces(allowing: .manageMembers).isEmpty ? AccountStore.Sight.all : known
        var found: [AccountEntry] = []
        if !ids.isEmpty { found += try await store.find(ids: ids, key: "", emailKey: "", seen: seesAll ? .all : known) }
        if !name.isEmpty || !email.isEmpty {
            found += try await store.find(ids: [], key: name.accountKey, emailKey: email.accountKey, seen: names)
        }
        return found
    }

    /// Spends a one-time link for a password, and signs in, as far as a password does. Nothing is spent while the
    /// password breaks a rule. With the proof that it came by mail, the account's address is confirmed.
    func setPassword(
        _ password: String, by token: String, proof: String = "", beginning session: Session.Draft
    ) async throws -> (AccountEntry, SignInOutcome) {
        guard let token = OpaqueToken(presented: token), let account = try await store.owner(of: token) else {
            throw Self.spentOrUnknown
        }
        let local = account.email.prefix { $0 != "@" }
        try policy.check(password, context: [account.name, String(local), "halley"])
        let hash = try await hasher.answering { hasher in try await hasher.hash(password) }
        let event = AuditEvent(
            AuditEvent.Actor(id: account.id.uuid, name: account.name), "password.set", on: account.id.text,
            address: session.address)
        let pardon = Try.Pardon(
            names: tries.names.all(
                of: account.id, nameKey: account.name.accountKey, emailKey: account.email.accountKey))
        let outcome = try await store.spend(
            token, setting: hash, isProven: mails.vault.isProof(proof, of: token, sentTo: account.email),
            beginning: session, pardon: pardon, telling: event)
        guard let outcome else { throw Self.spentOrUnknown }
        if case .session = outcome { try await tries.succeed(pardon, beginning: session) }
        return (account, outcome)
    }

    private static let spentOrUnknown = Failure(
        .notFound, "This link was used already, is too old, or never was.", reason: "token_unknown")
}

extension PasswordHasher {
    /// Sealing knows no `Failure`: a full queue is `.exhausted` from here on, and who gave up has cancelled.
    func answering<T: Sendable>(_ work: (PasswordHasher) async throws -> T) async throws -> T {
        do {
            return try await work(self)
        } catch SealingError.busy {
            throw Failure(
                .exhausted, "Too many people are signing in at this moment.", reason: "busy", retryAfter: .seconds(2))
        } catch SealingError.cancelled {
            throw CancellationError()
        }
    }
}

import Egress
public import Foundation
public import Logging
import Model
public import Postgres
import Sealing
public import Wire
import WireMessages

/// Who is who, and who may do what: accounts, sessions, keys, grants and the audit log.
public struct AuthService: Sendable {
    let accounts: Accounts
    let sessions: Sessions
    let keys: APIKeys
    let memberships: Memberships
    let audit: Audit
    let factors: Factors
    let policies: FactorPolicies
    let bootstrap: Bootstrap
    let providers: Providers
    let providerSignIns: ProviderSignIns
    private let lastUse: LastUse
    private let logger: Logger

    /// Hashes one password, so that there is one to compare with when nobody is known by a name: takes about 50 ms.
    public init(
        database: Database, config: AuthConfig, logger: Logger, now: @escaping @Sendable () -> Date = { Date() }
    ) throws {
        let (mint, lastUse) = (AccessMint(key: config.signingKey), LastUse())
        let hasher = try PasswordHasher(cost: config.passwordCost)
        let accountStore = AccountStore(database: database)
        let auditStore = AuditStore(database: database)
        accounts = Accounts(
            store: accountStore, policy: PasswordPolicy(), hasher: hasher)
        sessions = Sessions(
            store: SessionStore(database: database), pending: PendingStore(database: database),
            judge: FactorJudge(
                store: FactorProofStore(database: database), audit: auditStore, seal: config.factorSeal,
                peppers: config.peppers, now: now),
            accounts: accountStore, audit: auditStore,
            throttle: Throttle(store: ThrottleStore(database: database)), hasher: hasher, mint: mint,
            csrfKey: config.peppers.forms, lastUse: lastUse)
        keys = APIKeys(
            store: APIKeyStore(database: database), peppers: config.peppers, mint: mint, lastUse: lastUse,
            baseURL: config.baseURL)
        memberships = Memberships(store: GrantStore(database: database))
        audit = Audit(store: auditStore)
        factors = Factors(
            store: FactorStore(database: database), accounts: accountStore, seal: config.factorSeal,
            peppers: config.peppers, issuer: "Halley", now: now)
        policies = FactorPolicies(store: FactorPolicyStore(database: database))
        bootstrap = Bootstrap(store: BootstrapStore(database: database), keys: keys)
        (providers, providerSignIns) = Self.singleSignOn(database, config)
        self.lastUse = lastUse
        self.logger = logger
    }

    private static func singleSignOn(_ database: Database, _ config: AuthConfig) -> (Providers, ProviderSignIns) {
        let egress = Egress(rules: config.egress)
        let documents = ProviderDocuments(egress: egress)
        let vault = ProviderVault(peppers: config.peppers)
        let (store, identities) = (ProviderStore(database: database), IdentityStore(database: database))
        return (
            Providers(store: store, identities: identities, vault: vault, egress: egress, documents: documents),
            ProviderSignIns(
                store: ProviderSignInStore(database: database), providers: store, identities: identities,
                audit: AuditStore(database: database), throttle: Throttle(store: ThrottleStore(database: database)),
                vault: vault, documents: documents, exchange: ProviderExchange(egress: egress, documents: documents),
                baseURL: config.baseURL)
        )
    }

    public func register(in methods: inout Methods) {
        let (account, session) = (AccountHandler(accounts: accounts), SessionHandler(sessions: sessions))
        let (key, grant) = (APIKeyHandler(keys: keys), GrantHandler(memberships: memberships))
        let (log, beginning) = (AuditHandler(audit: audit), BootstrapHandler(bootstrap: bootstrap))
        methods.unary(AuthMethod.authenticateKey, .anyone, key.authenticate)
        methods.unary(AuthMethod.authenticateSession, .anyone, session.authenticate)
        methods.unary(AuthMethod.signIn, .anyone, session.signIn)
        methods.unary(AuthMethod.signOut, .anyone, session.signOut)
        methods.unary(AuthMethod.listSessions, .access, session.list)
        methods.unary(AuthMethod.endSessions, .access, session.end)
        methods.unary(AuthMethod.setPasswordByToken, .anyone, account.setPassword)
        methods.unary(AuthMethod.createKey, .access, key.create)
        methods.unary(AuthMethod.listKeys, .access, key.list)
        methods.unary(AuthMethod.revokeKey, .access, key.revoke)
        methods.unary(AuthMethod.setGrant, .access, grant.set)
        methods.unary(AuthMethod.removeGrant, .access, grant.remove)
        methods.unary(AuthMethod.listMembers, .access, grant.list)
        methods.unary(AuthMethod.createAccount, .access, account.create)
        methods.unary(AuthMethod.findAccounts, .access, account.find)
        methods.unary(AuthMethod.listAudit, .access, log.list)
        methods.unary(AuthMethod.recordAudit, .anyone, log.record)
        methods.unary(AuthMethod.bootstrap, .operatorOnly, beginning.begin)
        registerFactors(in: &methods)
        registerProviders(in: &methods)
    }

    private func registerFactors(in methods: inout Methods) {
        let proof = ProofHandler(sessions: sessions, policy: accounts.policy)
        let factor = FactorHandler(factors: factors, policies: policies)
        methods.unary(AuthMethod.finishSignIn, .anyone, proof.finish)
        methods.unary(AuthMethod.reauthenticate, .accessOfUnsettled, proof.reauthenticate)
        methods.unary(AuthMethod.changePassword, .access, proof.changePassword)
        methods.unary(AuthMethod.showFactor, .accessOfUnsettled, factor.show)
        methods.unary(AuthMethod.beginFactor, .accessOfUnsettled, factor.begin)
        methods.unary(AuthMethod.confirmFactor, .accessOfUnsettled, factor.confirm)
        methods.unary(AuthMethod.removeFactor, .access, factor.remove)
        methods.unary(AuthMethod.renewRecoveryCodes, .access, factor.renewCodes)
        methods.unary(AuthMethod.showFactorPolicy, .access, factor.showPolicy)
        methods.unary(AuthMethod.dropFactor, .operatorOnly, factor.drop)
        methods.unary(AuthMethod.setFactorPolicy, .access, factor.setPolicy)
    }

    private func registerProviders(in methods: inout Methods) {
        let handler = ProviderHandler(providers: providers, signIns: providerSignIns)
        let signIn = ProviderSignInHandler(signIns: providerSignIns, providers: providers)
        methods.unary(AuthMethod.listProviders, .access, handler.list)
        methods.unary(AuthMethod.createProvider, .access, handler.create)
        methods.unary(AuthMethod.changeProvider, .access, handler.change)
        methods.unary(AuthMethod.deleteProvider, .access, handler.delete)
        methods.unary(AuthMethod.testProvider, .access, handler.test)
        methods.unary(AuthMethod.offeredProviders, .anyone, handler.offers)
        methods.unary(AuthMethod.beginProviderSignIn, .anyone, signIn.begin)
        methods.unary(AuthMethod.finishProviderSignIn, .anyone, signIn.finish)
        methods.unary(AuthMethod.listIdentities, .access, signIn.identities)
        methods.unary(AuthMethod.removeIdentity, .access, signIn.remove)
    }

    /// Writes when keys and sessions were last used, and sweeps what has expired, until its task is cancelled: then the
    /// uses of the last half minute go unwritten. A database that cannot be reached is tried again at the next turn.
    public func run() async throws {
        var turn = 0
        while !Task.isCancelled {
            if turn % 20 == 0 { await attempt("sweep") { try await sessions.store.sweep() } }
            if turn % 20 == 0 { await attempt("resealing") { try await factors.reseal() } }
            turn += 1
            try await Task.sleep(for: LastUse.interval)
            await attempt("last use") { try await flushLastUse() }
        }
    }

    func flushLastUse() async throws {
        let marks = lastUse.take()
        guard !marks.isEmpty else { return }
        try await keys.store.touch(marks)
        try await sessions.store.touch(marks)
    }

    private func attempt(_ what: String, _ work: () async throws -> Void) async {
        do {
            try await work()
        } catch {
            logger.warning("\(what) was not written", metadata: ["error": "\(error)"])
        }
    }
}

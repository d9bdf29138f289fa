import Directory
import Egress
public import Foundation
public import Logging
import Model
public import Postgres
import Sealing

/// Who is who, and who may do what: accounts, sessions, keys, grants and the audit log.
public struct AuthService: Sendable {
    let accounts: Accounts
    let sessions: Sessions
    let keys: APIKeys
    let memberships: Memberships
    let entries: Entries
    let roles: CustomRoles
    let groups: Groups
    let invitations: Invitations
    let explanations: Explanations
    let audit: Audit
    let factors: Factors
    let policies: FactorPolicies
    let bootstrap: Bootstrap
    let providers: Providers
    let providerSignIns: ProviderSignIns
    let providerSignOuts: ProviderSignOuts
    let directorySignIns: DirectorySignIns
    let directoryWatch: DirectoryWatch
    private let directoryEvery: Duration
    let provisioning: Provisioning
    let devices: Devices
    let trusts: Trusts
    let operators: Operators
    let refusals: Refusals
    let exposures: Exposures
    let buckets: RateBuckets
    let mails: Mails
    let emails: Emails
    let resets: Resets
    private let lastUse: LastUse
    private let logger: Logger

    /// Hashes one password, so that there is one to compare with when nobody is known by a name: takes about 50 ms.
    public init(
        database: Database, config: AuthConfig, logger: Logger, now: @escaping @Sendable () -> Date = { Date() }
    ) throws {
        let (mint, lastUse) = (AccessMint(key: config.signingKey), LastUse())
        let hasher = try PasswordHasher(cost: config.passwordCost, digester: config.digester)
        let accountStore = AccountStore(database: database)
        let auditStore = AuditStore(database: database)
        mails = Self.mail(database, config, logger)
        emails = Emails(store: EmailStore(database: database), mails: mails)
        let tries = Self.tries(database, config)
        accounts = Accounts(store: accountStore, policy: PasswordPolicy(), hasher: hasher, mails: mails, tries: tries)
        sessions = Sessions(
            store: SessionStore(database: database), pending: PendingStore(database: database),
            judge: FactorJudge(
                store: FactorProofStore(database: database), audit: auditStore, seal: config.factorSeal,
                peppers: config.peppers, now: now),
            accounts: accountStore, audit: auditStore, tries: tries, hasher: hasher, mint: mint,
            csrfKey: config.peppers.forms, lastUse: lastUse)
        let keyStore = APIKeyStore(database: database)
        keys = APIKeys(
            store: keyStore, accounts: accountStore, peppers: config.peppers, mint: mint, lastUse: lastUse,
            baseURL: config.baseURL)
        memberships = Memberships(store: GrantStore(database: database))
        entries = Entries(store: EntryStore(database: database))
        roles = CustomRoles(
            roles: CustomRoleStore(database: database), denials: DenialStore(database: database))
        groups = Groups(store: GroupStore(database: database), accounts: accounts)
        invitations = Invitations(store: InvitationStore(database: database), accounts: accounts, mails: mails)
        explanations = Explanations(
            store: ExplanationStore(database: database), entries: entries.store, accounts: accountStore,
            keys: keyStore)
        audit = Audit(
            store: auditStore, keys: keys.store,
            witness: AuditWitness(store: auditStore, key: config.signingKey, file: config.heads))
        operators = Operators(audit: auditStore, mint: mint)
        refusals = Refusals(store: auditStore)
        exposures = Exposures(keys: keys, audit: auditStore)
        buckets = RateBuckets(store: RateBucketStore(database: database))
        factors = Factors(
            store: FactorStore(database: database), accounts: accountStore, seal: config.factorSeal,
            peppers: config.peppers, issuer: "Halley", now: now)
        policies = FactorPolicies(store: FactorPolicyStore(database: database))
        bootstrap = Bootstrap(store: BootstrapStore(database: database), keys: keys)
        (providers, providerSignIns, directorySignIns) = Self.singleSignOn(database, config, tries)
        directoryWatch = DirectoryWatch(
            store: DirectoryWatchStore(database: database), providers: providers.store, accounts: accountStore,
            vault: providers.vault, directory: providers.directory, logger: logger)
        directoryEvery = config.directoryEvery
        providerSignOuts = ProviderSignOuts(
            store: ProviderSessionStore(database: database), after: providerSignIns)
        provisioning = Provisioning(store: providers.provisioned, providers: providers.store, keys: keys)
        devices = Devices(store: DeviceStore(database: database), keys: keys, throttle: tries.throttle)
        trusts = Trusts(
            store: TrustStore(database: database), keys: keys, audit: auditStore, throttle: tries.throttle,
            documents: providerSignIns.documents, egress: providers.egress)
        resets = Resets(store: ResetStore(database: database), mails: mails, throttle: tries.throttle)
        self.lastUse = lastUse
        self.logger = logger
    }

    private static func mail(_ database: Database, _ config: AuthConfig, _ logger: Logger) -> Mails {
        Mails(
            store: OutboxStore(database: database), audit: AuditStore(database: database),
            expiries: ExpiryStore(database: database), vault: MailVault(peppers: config.peppers),
            settings: config.mail, baseURL: config.baseURL, logger: logger)
    }

    private static func tries(_ database: Database, _ config: AuthConfig) -> Tries {
        Tries(
            store: TryStore(database: database), throttle: Throttle(store: ThrottleStore(database: database)),
            browsers: KnownBrowserStore(database: database), names: TryNames(key: config.peppers.names))
    }

    private static func singleSignOn(_ database: Database, _ config: AuthConfig, _ tries: Tries) -> (
        Providers, ProviderSignIns, DirectorySignIns
    ) {
        let egress = Egress(rules: config.egress)
        let documents = ProviderDocuments(egress: egress)
        let (vault, directory) = (ProviderVault(peppers: config.peppers), Directory())
        let audit = AuditStore(database: database)
        let (store, identities) = (ProviderStore(database: database), IdentityStore(database: database))
        return (
            Providers(
                store: store, identities: identities, provisioned: ProvisioningStore(database: database), vault: vault,
                egress: egress, documents: documents, directory: directory),
            ProviderSignIns(
                store: ProviderSignInStore(database: database), providers: store, identities: identities,
                audit: audit, throttle: tries.throttle, vault: vault, documents: documents,
                exchange: ProviderExchange(egress: egress, documents: documents),
                baseURL: config.baseURL),
            DirectorySignIns(
                providers: store, identities: identities, audit: audit, tries: tries, vault: vault,
                directory: directory)
        )
    }

    /// Sends mail, looks who is still in directories and, beside it, writes when keys and sessions were last used and
    /// where the chains of the log end, and sweeps what has expired, until its task is cancelled: then what came in the
    /// last half minute goes unwritten. A database that cannot be reached is tried again at the next turn.
    public func run() async throws {
        async let mail: Void = mails.run()
        async let watch: Void = directoryWatch.run(every: directoryEvery)
        try await tend()
        try await mail
        try await watch
    }

    private func tend() async throws {
        var turn = 0
        while !Task.isCancelled {
            if turn % 20 == 0 {
                await attempt("sweep") { try await sessions.store.sweep() }
                await attempt("sweep of rate buckets") { try await buckets.store.sweep() }
                await attempt("sweep of device requests") { try await devices.store.sweep() }
                await attempt("sweep of short keys") { try await trusts.store.sweep() }
                await attempt("resealing") { try await factors.reseal() }
                await attempt("sweep of mail") { try await mails.sweep() }
            }
            await attempt("the end of entries") { try await entries.endThoseOver() }
            await attempt("heads of the audit log") { try await publishHeads() }
            turn += 1
            try await Task.sleep(for: LastUse.interval)
            await attempt("last use") { try await flushLastUse() }
            await attempt("refusals") { try await refusals.flush() }
            await attempt("tries to be given back") { try await sessions.tries.settleOwed() }
        }
    }

    private func publishHeads() async throws {
        for chain in try await audit.witness.publish() {
            logger.error(
                "a chain of the audit log was changed: do `halley admin audit verify`", metadata: ["chain": "\(chain)"])
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

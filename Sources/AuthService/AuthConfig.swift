public import Egress
public import Sealing

/// What the auth service is told by its main.
public struct AuthConfig: Sendable {
    /// Signs what everybody may do. Its public half goes to all services.
    public let signingKey: Ed25519.PrivateKey
    /// Kept outside of the database, so that a copy of it proves no key and a writer of it can insert none.
    public let peppers: Peppers
    /// Seals the seeds of authenticators; the one with the highest number is the current one.
    let factorSeal: FactorSeal
    /// Where clients reach this instance, such as `http://127.0.0.1:8080/`; it is written into the keys handed out.
    public let baseURL: String
    /// Between two looks at who is still in a directory.
    public let directoryEvery: Duration
    public let passwordCost: PasswordHash.Cost
    /// Where passwords are digested.
    public let digester: Digester
    /// Where providers may be.
    public let egress: EgressRules
    /// Where the ends of the audit log's chains are written down; `nil`: nowhere.
    public let heads: HeadsFile?
    /// `nil`: no mail is sent.
    public let mail: MailSettings?

    /// Throws `.badKey` unless both secrets are of 32 bytes, and without a key for factors.
    public init(
        signingKey: Secret, pepper: Secret, factorKeys: [SealingKey], baseURL: String,
        passwordCost: PasswordHash.Cost = .standard, digester: Digester = .inPlace,
        egress: EgressRules = EgressRules(),
        directoryEvery: Duration = .seconds(240), heads: HeadsFile? = nil, mail: MailSettings? = nil
    ) throws(SealingError) {
        guard let factorSeal = FactorSeal(factorKeys) else { throw .badKey }
        self.factorSeal = factorSeal
        self.signingKey = try Ed25519.PrivateKey(seed: signingKey)
        self.peppers = try Peppers(current: pepper)
        // Without a slash: clients compare it with the root of their own setting, and warn when the two differ.
        self.baseURL = baseURL.hasSuffix("/") ? String(baseURL.dropLast()) : baseURL
        self.passwordCost = passwordCost
        self.digester = digester
        self.egress = egress
        self.directoryEvery = directoryEvery
        self.heads = heads
        self.mail = mail
    }
}

/// The secrets that go into digests of API keys. A key remembers the version it was made with.
public struct Peppers: Sendable {
    let version: Int32
    private let secrets: [Int32: Secret]

    /// Throws `.badKey` unless there are 32 bytes.
    public init(current: Secret, version: Int32 = 1, older: [Int32: Secret] = [:]) throws(SealingError) {
        guard current.bytes.count == 32 else { throw .badKey }
        self.version = version
        secrets = older.merging([version: current]) { _, new in new }
    }

    /// `nil` when the pepper of that version is no longer there: such keys are dead.
    func digest(of secret: String, version: Int32) -> [UInt8]? {
        secrets[version].map { HMACSHA256.code(for: Array(secret.utf8), key: $0) }
    }

    /// Keys of their own for one purpose, one of each pepper that is there, the current one's first.
    func derived(for purpose: StaticString) -> [(version: Int32, key: Secret)] {
        secrets.sorted { ($0.key == version ? 0 : 1, $1.key) < ($1.key == version ? 0 : 1, $0.key) }
            .map { ($0.key, HMACSHA256.key(for: purpose, from: $0.value)) }
    }

    /// Seal what is kept for providers, the current one first.
    var providerKeys: [SealingKey] {
        get throws(SealingError) {
            var keys: [SealingKey] = []
            for (version, key) in derived(for: "provider secrets") {
                keys.append(try SealingKey(id: UInt32(bitPattern: version), key))
            }
            return keys
        }
    }

    /// What nonces and verifiers of sign-ins through providers are made with.
    var signIns: Secret {
        derived(for: "provider sign-ins").first?.key ?? Secret([])
    }

    /// What tries to sign in are counted under is made with it.
    var names: Secret {
        HMACSHA256.key(for: "sign-in names", from: secrets[version] ?? Secret([]))
    }

    /// What CSRF tokens are made with.
    var forms: Secret {
        HMACSHA256.key(for: "csrf", from: secrets[version] ?? Secret([]))
    }
}

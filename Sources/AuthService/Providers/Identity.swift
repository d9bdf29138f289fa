import Foundation
import Model

/// Who somebody is at a provider: its subject. Names and addresses are labels, by which nobody is recognized.
struct Identity: Sendable, Equatable {
    static let subjectMax = 255
    static let groupsMax = 2000

    let subject: String
    let name: String
    let email: String
    /// The provider says that the address is theirs.
    let emailIsVerified: Bool
    let groups: Set<String>
    /// What was used there to prove it: `amr`, and `acr`.
    let factors: Set<String>
    /// The provider's name for its session; empty: it gave none.
    let sid: String
    /// As it came, to be shown when somebody signs out there; empty of kinds that have none.
    var idToken = ""
    /// Its `sub`, by which the provider signs them out, whatever claim is the subject here.
    var tokenSubject = ""

    /// Throws unless there is a subject, and the groups are all there.
    init(_ claims: Claims, subject: String, of provider: Provider) throws(SignInRefusal) {
        guard !subject.isEmpty, subject.utf8.count <= Self.subjectMax, subject.plain(1000) == subject else {
            throw SignInRefusal(.subjectMalformed)
        }
        self.subject = subject
        name = (claims.text(provider.nameClaim) ?? "").plain(200)
        email = (claims.text(provider.emailClaim) ?? "").plain(254)
        emailIsVerified = claims["email_verified"] == .flag(true)
        groups = try Self.groups(claims, provider.groupClaim)
        sid = (claims.values["sid"]?.text).flatMap { $0.plain(255) == $0 ? $0 : nil } ?? ""
        factors = Set((claims["amr"]?.texts ?? []) + [claims.text("acr")].compactMap { $0 })
    }

    /// Groups that a provider keeps elsewhere because there are too many (OpenID Connect Core §5.6.2) would read as
    /// none, and take roles away: that is refused.
    private static func groups(_ claims: Claims, _ claim: String) throws(SignInRefusal) -> Set<String> {
        guard !claim.isEmpty else { return [] }
        if case .object(let elsewhere)? = claims.values["_claim_names"], elsewhere[claim] != nil {
            throw SignInRefusal(.groupsElsewhere)
        }
        let groups = claims[claim]?.texts ?? []
        guard groups.count <= groupsMax else { throw SignInRefusal(.groupsTooMany) }
        return Set(groups)
    }

    /// Whether the provider's own second factor counts for this one.
    func hasFactor(of provider: Provider) -> Bool {
        !factors.isDisjoint(with: provider.factorValues)
    }

    func mayHaveAccount(of provider: Provider) throws(SignInRefusal) {
        guard provider.createsAccounts else { throw SignInRefusal(.accountUnknown) }
        guard !provider.emailDomains.isEmpty else { return }
        let domain = email.split(separator: "@", omittingEmptySubsequences: false).last.map { $0.lowercased() }
        guard emailIsVerified, email.contains("@"), let domain, provider.emailDomains.contains(domain) else {
            throw SignInRefusal(.emailDomain)
        }
    }

    /// Names for an account, the nicest first. One that is taken is somebody else's, so there are many.
    var accountNames: [String] { Self.accountNames(of: [name, email, subject]) }

    /// Of what looks like an address the part before the `@`.
    static func accountNames(of texts: [String]) -> [String] {
        let fitting = texts.compactMap { text in
            let local = text.split(separator: "@").first ?? ""
            return (try? AccountEntry.Draft(name: String(local.prefix(80)), email: ""))?.name
        }
        let base = fitting.first ?? "person"
        return [base] + (2...9).map { "\(base)-\($0)" } + ["\(base)-\(OpaqueToken.fresh().text.prefix(8).lowercased())"]
    }
}

/// An identity of one's own.
struct IdentityEntry: Sendable {
    let provider: ID<Provider>
    let label: String
    let subject: String
    let name: String
    let email: String
    let linkedAt: Date
    let lastSignInAt: Date?
}

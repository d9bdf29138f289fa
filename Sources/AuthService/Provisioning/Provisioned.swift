import Foundation
import Model

/// People and groups that a provider keeps here (SCIM 2.0, RFC 7643).
enum Provisioned {
    /// On one page.
    static let countMax = 200
    /// The same, of groups with all their members.
    static let countMaxWithMembers = 20
    static let peopleMax = 50_000
    static let groupsMax = 1000
    static let membersMax = 5000
    static let emailsMax = 20
    static let textMax = 200

    struct Email: Sendable, Hashable, Codable {
        let value: String
        let type: String
        let primary: Bool
    }

    /// What is kept of somebody and means nothing here.
    struct Profile: Sendable, Hashable, Codable {
        let displayName: String
        let formatted: String
        let familyName: String
        let givenName: String
        let emails: [Email]

        /// The one that the account gets.
        var email: String { (emails.first(where: \.primary) ?? emails.first)?.value ?? "" }
    }

    /// A group that somebody is in.
    struct Membership: Sendable, Hashable {
        let group: UUID
        let name: String
    }

    struct Person: Sendable {
        let id: ID<Account>
        let userName: String
        /// The subject at the provider, if it is known.
        let externalID: String
        /// As the provider has said last.
        let isActive: Bool
        /// Whether it is so: an administrator can put somebody out of use, too.
        let isInUse: Bool
        let profile: Profile
        let groups: [Membership]
        let version: Int64
        let createdAt: Date
        let changedAt: Date

        struct Draft: Sendable, Equatable {
            let userName: String
            let externalID: String
            let isActive: Bool
            let profile: Profile

            /// Throws `.invalid`, naming the first rule that is broken.
            init(userName: String, externalID: String, isActive: Bool, profile: Profile) throws(Failure) {
                try check(userName, "userName", 1...textMax)
                try check(externalID, "externalId", 0...Identity.subjectMax)
                let texts = [
                    ("displayName", profile.displayName), ("name.formatted", profile.formatted),
                    ("name.familyName", profile.familyName), ("name.givenName", profile.givenName),
                ]
                for (field, text) in texts { try check(text, field, 0...textMax) }
                guard profile.emails.count <= emailsMax else {
                    throw wrong("Somebody has at most \(emailsMax) emails.", "emails")
                }
                for email in profile.emails {
                    try check(email.value, "emails.value", 1...254)
                    try check(email.type, "emails.type", 0...textMax)
                }
                (self.userName, self.externalID) = (userName, externalID)
                (self.isActive, self.profile) = (isActive, profile)
            }

            /// Who that is at the provider. Without a subject nobody can sign in as them there.
            func subject(of account: ID<Account>) -> String {
                externalID.isEmpty ? "scim:\(account.text)" : externalID
            }
        }
    }

    struct Group: Sendable {
        let id: ID<Account>
        let name: String
        let externalID: String
        let members: [UUID]
        let version: Int64
        let createdAt: Date
        let changedAt: Date

        struct Draft: Sendable {
            let name: String
            let externalID: String
            let members: Set<UUID>

            /// Throws `.invalid`, naming the first rule that is broken.
            init(name: String, externalID: String, members: Set<UUID>) throws(Failure) {
                try check(name, "displayName", 1...300)
                try check(externalID, "externalId", 0...Identity.subjectMax)
                guard members.count <= membersMax else {
                    throw wrong("A group has at most \(membersMax) members.", "members")
                }
                (self.name, self.externalID, self.members) = (name, externalID, members)
            }

            /// What its group of accounts may be called here, the nicest first: a name that is taken is another's.
            func accountNames(of provider: Provider) -> [String] {
                let base = Self.plain(name, 60, else: "group")
                let told = "\(base) (\(Self.plain(provider.label, 20, else: "provider")))"
                return [base, told] + (2...9).map { "\(told) \($0)" } + ["\(told) \(UUID().uuidString.prefix(8))"]
            }

            private static func plain(_ text: String, _ lengthMax: Int, else other: String) -> String {
                let fitting = text.map { "@#/\\".contains($0) ? " " : $0 }.prefix(lengthMax)
                let trimmed = String(fitting).trimmingCharacters(in: .whitespaces)
                return (try? AccountEntry.Resident(.group, name: trimmed, description: "", home: nil))?.name ?? other
            }
        }
    }

    struct Page: Sendable {
        let start: Int
        let count: Int

        init(start: Int, count: Int, most: Int = countMax) {
            self.start = max(0, start)
            self.count = max(0, min(count, most))
        }
    }

    private static func check(_ text: String, _ field: String, _ lengths: ClosedRange<Int>) throws(Failure) {
        guard lengths.contains(text.utf8.count), text.plain(1000) == text else {
            throw wrong(
                "\(field) has \(lengths.lowerBound) to \(lengths.upperBound) bytes, and no control characters.", field)
        }
    }

    private static func wrong(_ message: String, _ field: String) -> Failure {
        Failure(.invalid, message, reason: "field_invalid", detail: field)
    }
}

import Foundation
import Model

/// An account, as others may see it.
struct AccountEntry: Sendable, Equatable {
    let id: ID<Account>
    let name: String
    let email: String
    let createdAt: Date
    let lastSeenAt: Date?
    let kind: Access.Kind
    /// Where a service account or group belongs; `nil` for the instance, and for people.
    let home: ID<Workspace>?
    let description: String
    let deactivatedAt: Date?
    let hasPassword: Bool
    let instanceRole: Role?
    let hasSecondFactor: Bool
    /// Of a group.
    let members: Int64
    /// The label of the provider that keeps the group; `nil`: it was made by hand.
    let provider: String?

    /// A person who is to get an account. Names are one whatever their case.
    struct Draft: Sendable {
        let id = ID<Account>.fresh()
        let name: String
        let email: String

        /// Throws `.invalid`, naming the first rule that is broken. An `@` in a name would make it look like an
        /// address.
        init(name: String, email: String) throws(Failure) {
            try Name.check(name, "account's name")
            guard !name.contains("@") else {
                throw Failure(.invalid, "The account's name may not hold an @.", reason: "name_invalid")
            }
            let parts = email.split(separator: "@", omittingEmptySubsequences: false)
            let plain = email.unicodeScalars.allSatisfy { $0.value > 0x20 && $0.value != 0x7f }
            guard email.isEmpty || (parts.count == 2 && parts.allSatisfy { !$0.isEmpty } && plain && email.count <= 254)
            else { throw Failure(.invalid, "That is no e-mail address.", reason: "email_invalid") }
            (self.name, self.email) = (name, email)
        }
    }
}

extension String {
    /// What names and addresses are compared by.
    var accountKey: String { precomposedStringWithCanonicalMapping.lowercased() }
}

/// A one-time link's token: 256 bits, of which the database holds a digest.
enum SetupToken {
    static let lifeDays = 7
    /// Of a link that resets a password that was set before.
    static let resetMinutes = 30
}

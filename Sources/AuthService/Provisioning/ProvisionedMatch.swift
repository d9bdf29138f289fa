import Foundation
import Model

/// What is looked for among the people or the groups of a provider: an attribute and how it compares.
struct ProvisionedMatch<Attribute: RawRepresentable<String> & Sendable>: Sendable {
    enum Comparison: String, Sendable { case eq, sw, co, pr }

    static var countMax: Int { 10 }

    let attribute: Attribute
    let comparison: Comparison
    let value: String

    init(_ attribute: Attribute, _ value: String, _ comparison: Comparison = .eq) {
        (self.attribute, self.comparison, self.value) = (attribute, comparison, value)
    }

    /// Throws `.invalid` (`filter_invalid`) for what cannot be looked for.
    init(attribute: String, comparison: String, value: String) throws(Failure) {
        guard let attribute = Attribute(rawValue: attribute), let comparison = Comparison(rawValue: comparison) else {
            throw Failure(.invalid, "Nothing is looked for by this attribute and operator.", reason: "filter_invalid")
        }
        self.init(attribute, value.plain(400), comparison)
    }
}

extension Provisioned.Person {
    enum Attribute: String, Sendable {
        case id, userName = "username", externalID = "externalid", displayName = "displayname", active
        case formatted = "name.formatted", familyName = "name.familyname", givenName = "name.givenname"
        case emails, email = "emails.value"
    }

    typealias Term = ProvisionedMatch<Attribute>
}

extension Provisioned.Group {
    enum Attribute: String, Sendable {
        case id, name = "displayname", externalID = "externalid", members, member = "members.value"
    }

    typealias Term = ProvisionedMatch<Attribute>
}

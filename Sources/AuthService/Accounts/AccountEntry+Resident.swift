import Foundation
import Model

extension AccountEntry {
    /// A service account or group that is to be made: it belongs to a workspace, or to the instance.
    struct Resident: Sendable {
        static let descriptionMax = 1000

        let id = ID<Account>.fresh()
        let kind: Access.Kind
        let name: String
        let home: ID<Workspace>?
        let description: String

        /// Throws `.invalid`, naming the first rule that is broken.
        init(_ kind: Access.Kind, name: String, description: String, home: ID<Workspace>?) throws(Failure) {
            try Name.check(name, kind == .group ? "group's name" : "service account's name")
            guard !name.contains("@"), !name.contains("#") else {
                throw Failure(.invalid, "The name may hold neither @ nor #.", reason: "name_invalid")
            }
            guard description.unicodeScalars.count <= Self.descriptionMax, !description.contains("\0") else {
                throw Failure(
                    .invalid, "A description has at most \(Self.descriptionMax) characters.", reason: "field_invalid")
            }
            (self.kind, self.name, self.description, self.home) = (kind, name, description, home)
        }

        var homeKey: UUID { home?.uuid ?? UUID.none }

        /// What one workspace calls its robots is no matter of another.
        var nameKey: String { "\(name.accountKey)#\(kind == .group ? "g" : "s")#\(homeKey.uuidString.lowercased())" }
    }
}

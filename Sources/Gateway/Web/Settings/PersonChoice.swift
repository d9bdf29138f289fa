import AuthClient
import Foundation
import WireMessages

/// One of a workspace's members, as they are chosen from a list.
struct PersonChoice {
    let id: String
    let name: String
    let note: String?
    let isChosen: Bool

    private static let notes: [AccessClaims.PrincipalKind: String] = [
        .serviceAccount: "service account", .group: "group",
    ]

    static func note(_ kind: AccessClaims.PrincipalKind) -> String? { notes[kind] }

    /// Everybody once, in the order of names.
    static func all(_ members: [MemberRecord], chosen: Data) -> [PersonChoice] {
        var seen: Set<Data> = []
        return members.filter { seen.insert($0.principalID).inserted }.map { member in
            PersonChoice(
                id: member.principalID.idText, name: member.name, note: note(member.kind),
                isChosen: member.principalID == chosen)
        }
    }
}

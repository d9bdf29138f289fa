import AuthClient
import Foundation
import Model
import WireMessages

/// A role that somebody holds, and where.
struct Holding {
    let name: String
    let note: String?
    let role: String
    /// Empty: in all of the workspace.
    let project: String
    let isWhole: Bool
    /// Whose group brings it, which nobody changes here.
    let provider: String?
    let href: String

    init(_ member: MemberRecord, _ projects: [Data: String], href: String = "") {
        name = member.name
        note = PersonChoice.note(member.kind)
        role = member.roleText
        isWhole = member.grant.projectID.isEmpty
        project = projects[member.grant.projectID] ?? (isWhole ? "" : "a project that you may not see")
        provider = member.provider.isEmpty ? nil : member.provider
        self.href = href
    }

    var text: String { isWhole ? role : "\(role) in \(project)" }
}

extension [ProjectRecord] {
    /// The names of projects by their ids.
    var names: [Data: String] {
        Dictionary(map { ($0.id, $0.name) }, uniquingKeysWith: { first, _ in first })
    }
}

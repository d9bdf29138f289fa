import AuthClient
import Foundation
import Model
import WireMessages

extension MemberPages {
    struct Service {
        let id: String
        let name: String
        let description: String
        let keys: String
        let isActive: Bool
        let seen: Moment?
    }

    static func line(
        _ member: MemberRecord, _ roles: [String], _ projects: [Data: String], _ why: String
    ) -> Line {
        Line(
            id: member.principalID.idText, name: member.name, email: member.email,
            note: PersonChoice.note(member.kind), role: member.roleText,
            project: projects[member.grant.projectID] ?? "",
            roles: roles.map { Choice(name: $0, isChosen: $0 == member.roleText) },
            isWhole: member.grant.projectID.isEmpty, provider: member.provider.isEmpty ? nil : member.provider,
            why: why)
    }

    static func service(_ account: AccountRecord) -> Service {
        Service(
            id: account.id.idText, name: account.name, description: account.description_p,
            keys: Link.query(KeyPages.path, [("owner", account.id.idText)]), isActive: account.deactivatedMs == 0,
            seen: Moment(account.lastSeenMs))
    }

    static func open(_ invitation: InvitationRecord) -> Open {
        Open(
            id: invitation.id.idText, label: invitation.label, role: Role(invitation.grant.role)?.rawValue ?? "",
            by: invitation.invitedBy, expires: String(Shown.time(invitation.expiresMs).prefix(10)))
    }
}

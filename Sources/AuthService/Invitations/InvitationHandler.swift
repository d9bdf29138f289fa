import AuthClient
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct InvitationHandler: Sendable {
    let invitations: Invitations

    func invite(_ q: InviteRequest, _ call: Call) async throws -> InviteResponse {
        let draft = try Invitation.Draft(label: q.label, grant: try Grant(claim: q.grant))
        let made = try await invitations.invite(draft, as: call.requireAccess())
        return InviteResponse.with {
            $0.invitation = InvitationRecord(made)
            $0.token = draft.token.text
            $0.mailed = made.isMailed
        }
    }

    func list(_ q: ListInvitationsRequest, _ call: Call) async throws -> ListInvitationsResponse {
        let open = try await invitations.list(
            in: try ID(wire: q.workspaceID, "workspace"), as: call.requireAccess())
        return ListInvitationsResponse.with { $0.invitations = open.map(InvitationRecord.init) }
    }

    func withdraw(_ q: WithdrawInvitationRequest, _ call: Call) async throws -> Empty {
        try await invitations.withdraw(
            try ID(wire: q.id, "invitation"), in: try ID(wire: q.workspaceID, "workspace"), as: call.requireAccess())
        return Empty()
    }

    func look(_ q: LookAtInvitationRequest, _ call: Call) async throws -> LookAtInvitationResponse {
        let invitation = try await invitations.look(q.token)
        return LookAtInvitationResponse.with { $0.invitation = InvitationRecord(invitation) }
    }

    func accept(_ q: AcceptInvitationRequest, _ call: Call) async throws -> AcceptInvitationResponse {
        if let access = call.access {
            let workspace = try await invitations.accept(q.token, as: access)
            return AcceptInvitationResponse.with { $0.workspaceID = workspace.wire }
        }
        let session = Session.Draft(address: q.address, client: q.client, browser: q.browser)
        let workspace = try await invitations.accept(
            q.token, name: q.name, password: q.password, proof: q.mailProof, beginning: session)
        return AcceptInvitationResponse.with {
            $0.workspaceID = workspace.wire
            $0.sessionToken = session.token.text
            $0.expiresMs = session.expiresAt.wire
            $0.browser = session.browser.token.text
        }
    }
}

extension InvitationRecord {
    fileprivate init(_ invitation: Invitation) {
        self.init()
        id = invitation.id.wire
        label = invitation.label
        grant = invitation.grant.claim
        invitedBy = invitation.inviter
        createdMs = invitation.createdAt.wire
        expiresMs = invitation.expiresAt.wire
    }
}

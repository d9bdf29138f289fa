import Foundation
import Mail
import Model
import Postgres
import Sealing

struct Invitations: Sendable {
    let store: InvitationStore
    let accounts: Accounts
    let mails: Mails

    /// To a label that is an address the link is mailed as well; what is mailed shows that it was.
    func invite(_ draft: Invitation.Draft, as access: Access) async throws -> Invitation {
        try access.requireSession("People are invited in a browser session, not by a key.")
        let permit = try access.require(.manageMembers, on: draft.grant.scope)
        let event = AuditEvent(
            AuditEvent.Actor(access), "invitation.create", in: draft.workspace, on: draft.id.text,
            detail: Self.detail(draft.grant, label: draft.label))
        let inserted = try await store.insert(draft, mailing: mail(draft, from: access), by: permit, telling: event)
        guard inserted != .full else {
            throw Failure(
                .exhausted, "There are \(Invitation.countMax) open invitations. Withdraw some first.",
                reason: "too_many_invitations")
        }
        return Invitation(
            id: draft.id, label: draft.label, grant: draft.grant, inviter: access.name, createdAt: Date(),
            expiresAt: draft.expiresAt, isMailed: inserted == .mailed)
    }

    private func mail(_ draft: Invitation.Draft, from access: Access) throws -> QueuedMail.Draft? {
        guard let address = MailAddress(draft.label) else { return nil }
        let proof = mails.vault.proof(of: draft.token, sentTo: address.text)
        return try mails.draft(
            .invitation, link: "/invite/\(draft.token.text)?mail=\(proof)", by: access.principal,
            fields: ["by": access.name, "role": draft.grant.role.rawValue], seconds: Invitation.lifeDays * 86_400)
    }

    func list(in workspace: ID<Workspace>, as access: Access) async throws -> [Invitation] {
        _ = try access.require(.manageMembers, on: .workspace(workspace))
        return try await store.list(in: workspace)
    }

    func withdraw(_ id: ID<Invitation>, in workspace: ID<Workspace>, as access: Access) async throws {
        _ = try access.require(.manageMembers, on: .workspace(workspace))
        let event = AuditEvent(AuditEvent.Actor(access), "invitation.withdraw", in: workspace, on: id.text)
        guard try await store.withdraw(id, in: workspace, telling: event) else {
            throw Failure(.notFound, "There is no such invitation, or it was used.")
        }
    }

    /// What a link stands for, told to whoever holds it.
    func look(_ presented: String) async throws -> Invitation {
        try await find(presented).invitation
    }

    /// For somebody who is signed in.
    func accept(_ presented: String, as access: Access) async throws -> ID<Workspace> {
        try access.requireSession("Invitations are accepted in a browser session, not by a key.")
        let (token, invitation, workspace) = try await find(presented)
        let event = AuditEvent(
            AuditEvent.Actor(access), "invitation.accept", in: workspace, on: invitation.id.text,
            detail: Self.detail(invitation.grant))
        try await spend(token, invitation, for: access.principal, preparing: [], telling: event)
        return workspace
    }

    /// For somebody who has no account yet: makes one, and signs it in. With the proof that the link came by mail, the
    /// address it went to is the account's, and confirmed.
    func accept(
        _ presented: String, name: String, password: String, proof: String = "", beginning session: Session.Draft
    ) async throws -> ID<Workspace> {
        let (token, invitation, workspace) = try await find(presented)
        let isProven = mails.vault.isProof(proof, of: token, sentTo: invitation.label)
        let draft = try AccountEntry.Draft(name: name, email: isProven ? invitation.label : "")
        try accounts.policy.check(password, context: [name, "halley"])
        let hash = try await accounts.hasher.answering { hasher in try await hasher.hash(password) }
        let event = AuditEvent(
            AuditEvent.Actor(id: draft.id.uuid, name: name), "invitation.accept", in: workspace, on: invitation.id.text,
            address: session.address, detail: Self.detail(invitation.grant))
        do {
            try await spend(
                token, invitation, for: draft.id,
                preparing: AccountStore.insert(draft, hash: hash, isProven: isProven, beginning: session),
                telling: event)
        } catch let failure as Failure where failure.reason == "account_exists" {
            throw Failure(
                .conflict,
                "There is an account of this name, or with the address this was sent to. If it is yours, sign in and "
                    + "open the link again.",
                reason: "account_exists")
        }
        try await accounts.tries.succeed(.none, beginning: session)
        return workspace
    }

    private func find(_ presented: String) async throws -> (
        token: OpaqueToken, invitation: Invitation, workspace: ID<Workspace>
    ) {
        guard let token = OpaqueToken(presented: presented), let invitation = try await store.find(token),
            let workspace = invitation.grant.scope.workspace
        else { throw Self.spentOrUnknown }
        return (token, invitation, workspace)
    }

    private func spend(
        _ token: OpaqueToken, _ invitation: Invitation, for account: ID<Account>, preparing: [SQL],
        telling event: AuditEvent
    ) async throws {
        let spent = try await AccountStore.namingConflicts {
            try await store.spend(token, invitation, for: account, preparing: preparing, telling: event)
        }
        guard spent else { throw Self.spentOrUnknown }
    }

    private static func detail(_ grant: Grant, label: String? = nil) -> [String: String] {
        var detail = ["role": grant.role.rawValue]
        detail["project"] = grant.scope.project?.text
        detail["label"] = label
        return detail
    }

    private static let spentOrUnknown = Failure(
        .notFound, "This invitation was used already, was withdrawn, is too old, or never was.",
        reason: "token_unknown")
}

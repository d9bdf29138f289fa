import AuthClient
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// Accounts, as administrators see to them.
struct CareHandler: Sendable {
    let accounts: Accounts
    let memberships: Memberships

    func list(_ q: ListAccountsRequest, _ call: Call) async throws -> ListAccountsResponse {
        let access = try call.requireAccess()
        if let home = try ID<Workspace>.optional(q.workspaceID, "workspace") {
            let found = try await residents(of: home, access)
            return ListAccountsResponse.with { $0.accounts = found.map(AccountRecord.init) }
        }
        let people = try await accounts.people(after: q.after, text: q.text, limit: Int(q.limit), as: access)
        let services = q.after.isEmpty ? try await residents(of: nil, access) : []
        return ListAccountsResponse.with {
            $0.accounts = (people.accounts + services).map { account in
                var record = AccountRecord(account)
                // For administrators of the instance alone, who can take it away.
                record.hasSecondFactor_p = account.hasSecondFactor
                return record
            }
            $0.next = people.next
        }
    }

    private func residents(of home: ID<Workspace>?, _ access: Access) async throws -> [AccountEntry] {
        let services = try await accounts.residents(.serviceAccount, of: home, as: access)
        return try await services + accounts.residents(.group, of: home, as: access)
    }

    /// With a role at once, if one is named; without it the account is made and can do nothing.
    func createServiceAccount(
        _ q: CreateServiceAccountRequest, _ call: Call
    ) async throws -> CreateServiceAccountResponse {
        let access = try call.requireAccess()
        let draft = try AccountEntry.Resident(
            .serviceAccount, name: q.name, description: q.description_p,
            home: try ID.optional(q.workspaceID, "workspace"))
        let grant = q.hasGrant ? try Grant(claim: q.grant) : nil
        if let grant, draft.home != nil, grant.scope.workspace != draft.home {
            throw Failure(.invalid, "Its first role is in the workspace it belongs to.", reason: "role_misplaced")
        }
        try await accounts.create(draft, as: access)
        if let grant {
            let custom = try ID<CustomRole>.optional(q.grant.customID, "role")
            try await memberships.set(grant, custom: custom, to: draft.id, as: access)
        }
        return CreateServiceAccountResponse.with { $0.id = draft.id.wire }
    }

    func setActive(_ q: SetAccountActiveRequest, _ call: Call) async throws -> Empty {
        try await accounts.setActive(q.isActive, try ID(wire: q.id, "account"), as: call.requireAccess())
        return Empty()
    }

    func createResetLink(_ q: CreateResetLinkRequest, _ call: Call) async throws -> CreateResetLinkResponse {
        let (token, end) = try await accounts.resetLink(
            for: try ID(wire: q.id, "account"), as: call.requireAccess())
        return CreateResetLinkResponse.with {
            $0.token = token.text
            $0.expiresMs = end.wire
        }
    }
}

import AuthClient
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct GrantHandler: Sendable {
    let memberships: Memberships

    func set(_ q: SetGrantRequest, _ call: Call) async throws -> Empty {
        let access = try call.requireAccess()
        try await memberships.set(
            try Grant(claim: q.grant), custom: try ID.optional(q.grant.customID, "role"),
            to: try ID(wire: q.principalID, "account"), as: access)
        return Empty()
    }

    func remove(_ q: RemoveGrantRequest, _ call: Call) async throws -> Empty {
        let access = try call.requireAccess()
        let scope = try Scope(workspace: q.workspaceID, project: q.projectID)
        try await memberships.remove(scope, from: try ID(wire: q.principalID, "account"), as: access)
        return Empty()
    }

    func list(_ q: ListMembersRequest, _ call: Call) async throws -> ListMembersResponse {
        let access = try call.requireAccess()
        let scope = try Scope(workspace: q.workspaceID, project: Data())
        let members = try await memberships.list(in: scope, as: access)
        return ListMembersResponse.with { $0.members = members.map(MemberRecord.init) }
    }
}

extension MemberRecord {
    fileprivate init(_ member: Membership) {
        self.init()
        principalID = member.account.wire
        name = member.name
        email = member.email
        grant = member.grant.claim
        grant.customName = member.customName
        grant.customID = member.custom?.wire ?? Data()
        kind = member.kind.claim
        sinceMs = member.since.wire
        provider = member.provider ?? ""
    }
}

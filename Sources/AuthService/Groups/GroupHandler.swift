import AuthClient
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct GroupHandler: Sendable {
    let groups: Groups

    func create(_ q: CreateGroupRequest, _ call: Call) async throws -> CreateGroupResponse {
        let id = try await groups.create(
            name: q.name, description: q.description_p, home: try ID.optional(q.workspaceID, "workspace"),
            as: call.requireAccess())
        return CreateGroupResponse.with { $0.id = id.wire }
    }

    func change(_ q: ChangeGroupRequest, _ call: Call) async throws -> Empty {
        let (adding, removing) = (try Self.ids(q.addIds), try Self.ids(q.removeIds))
        try await groups.change(
            try ID(wire: q.id, "group"), name: q.hasName ? q.name : nil,
            description: q.hasDescription_p ? q.description_p : nil, adding: adding, removing: removing,
            as: call.requireAccess())
        return Empty()
    }

    func list(_ q: ListGroupMembersRequest, _ call: Call) async throws -> ListGroupMembersResponse {
        let members = try await groups.members(of: try ID(wire: q.id, "group"), as: call.requireAccess())
        return ListGroupMembersResponse.with { $0.members = members.map(AccountRecord.init) }
    }

    func roles(_ q: ListGroupRolesRequest, _ call: Call) async throws -> ListGroupRolesResponse {
        let grants = try await groups.roles(of: try ID(wire: q.id, "group"), as: call.requireAccess())
        return ListGroupRolesResponse.with { $0.grants = grants.map(\.claim) }
    }

    func delete(_ q: DeleteGroupRequest, _ call: Call) async throws -> Empty {
        try await groups.delete(try ID(wire: q.id, "group"), as: call.requireAccess())
        return Empty()
    }

    private static func ids(_ wire: [Data]) throws(Failure) -> [ID<Account>] {
        var ids: [ID<Account>] = []
        for bytes in wire { ids.append(try ID(wire: bytes, "account")) }
        return ids
    }
}

import AuthClient
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct CustomRoleHandler: Sendable {
    let roles: CustomRoles

    func save(_ q: SaveRoleRequest, _ call: Call) async throws -> SaveRoleResponse {
        let id = try await roles.save(
            try ID.optional(q.id, "role"), name: q.name, actions: try Action.named(q.actions),
            in: try ID(wire: q.workspaceID, "workspace"), as: call.requireAccess())
        return SaveRoleResponse.with { $0.id = id.wire }
    }

    func list(_ q: ListRolesRequest, _ call: Call) async throws -> ListRolesResponse {
        let found = try await roles.list(in: try ID(wire: q.workspaceID, "workspace"), as: call.requireAccess())
        return ListRolesResponse.with { response in
            response.roles = found.map { role in
                RoleRecord.with {
                    $0.id = role.id.wire
                    $0.name = role.name
                    $0.actions = role.actions.map(\.rawValue).sorted()
                    $0.holders = UInt32(role.holders)
                }
            }
        }
    }

    func delete(_ q: DeleteRoleRequest, _ call: Call) async throws -> Empty {
        try await roles.delete(
            try ID(wire: q.id, "role"), in: try ID(wire: q.workspaceID, "workspace"), as: call.requireAccess())
        return Empty()
    }

    func deny(_ q: SetDenialRequest, _ call: Call) async throws -> Empty {
        try await roles.deny(
            try Denial(claim: q.denial), to: try ID(wire: q.principalID, "account"), reason: q.reason,
            as: call.requireAccess())
        return Empty()
    }

    func denials(_ q: ListDenialsRequest, _ call: Call) async throws -> ListDenialsResponse {
        let found = try await roles.denials(in: try ID(wire: q.workspaceID, "workspace"), as: call.requireAccess())
        return ListDenialsResponse.with { response in
            response.denials = found.map { entry in
                ListDenialsResponse.Entry.with {
                    $0.principalID = entry.account.wire
                    $0.name = entry.name
                    $0.denial = entry.denial.claim
                    ($0.kind, $0.reason) = (entry.kind.claim, entry.reason)
                    ($0.deniedBy, $0.deniedMs) = (entry.deniedBy, entry.deniedAt.wire)
                }
            }
        }
    }
}

import Foundation
import Model
import SwiftProtobuf
import TestKit
import WireMessages

@testable import AuthService

extension RightsTests {
    private static func row<Q: Message>(
        _ method: AuthMethod, _ rule: Row.Rule, _ fill: @escaping @Sendable (inout Q, RightsScene) async throws -> Void
    ) -> Row {
        Row(method, rule) { scene, caller in
            try await scene.settle(caller)
            var request = Q()
            try await fill(&request, scene)
            return request
        }
    }

    static let provisioning: [Row] = [
        row(.listProvisionedUsers, .provisioning) { (q: inout ListProvisionedUsersRequest, _) in q.count = 1 },
        row(.saveProvisionedUser, .provisioning) { (q: inout SaveProvisionedUserRequest, _) in
            (q.user.userName, q.user.active) = ("x" + UUID().uuidString, true)
        },
        row(.deleteProvisionedUser, .provisioning) { (q: inout DeleteProvisionedUserRequest, scene) in
            q.id = try await scene.kept()
        },
        row(.listProvisionedGroups, .provisioning) { (q: inout ListProvisionedGroupsRequest, _) in q.count = 1 },
        row(.saveProvisionedGroup, .provisioning) { (q: inout SaveProvisionedGroupRequest, _) in
            q.group.displayName = "x" + UUID().uuidString
        },
        row(.deleteProvisionedGroup, .provisioning) { (q: inout DeleteProvisionedGroupRequest, scene) in
            q.id = try await scene.keptGroup()
        },
        row(.createProvisioningKey, .instance(.administerInstance)) { (q: inout CreateProvisioningKeyRequest, scene) in
            (q.providerID, q.name) = (scene.provider.id.wire, "x")
        },
        row(.listProvisioningKeys, .instance(.administerInstance)) { (q: inout ListProvisioningKeysRequest, scene) in
            q.providerID = scene.provider.id.wire
        },
        row(.replaceProvisioningKey, .instance(.administerInstance)) {
            (q: inout ReplaceProvisioningKeyRequest, scene) in
            (q.providerID, q.id) = (scene.provider.id.wire, try await scene.scimToken())
        },
        row(.revokeProvisioningKey, .instance(.administerInstance)) { (q: inout RevokeProvisioningKeyRequest, scene) in
            (q.providerID, q.id) = (scene.provider.id.wire, try await scene.scimToken())
        },
    ]
}

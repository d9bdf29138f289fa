import AuthClient
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct ProvisioningHandler: Sendable {
    let provisioning: Provisioning

    func people(_ q: ListProvisionedUsersRequest, _ call: Call) async throws -> ListProvisionedUsersResponse {
        let found = try await provisioning.people(
            try Self.terms(q.terms), .init(start: Int(q.start), count: Int(q.count)), as: call.requireAccess())
        return ListProvisionedUsersResponse.with {
            $0.users = found.people.map(ProvisionedUser.init)
            $0.total = UInt32(clamping: found.total)
        }
    }

    func savePerson(_ q: SaveProvisionedUserRequest, _ call: Call) async throws -> SaveProvisionedUserResponse {
        let saved = try await provisioning.save(
            try Provisioned.Person.Draft(q.user), of: try ID.optional(q.user.id, "user"),
            version: Self.version(q.ifVersion), as: call.requireAccess())
        return SaveProvisionedUserResponse.with { $0.user = ProvisionedUser(saved) }
    }

    func deletePerson(_ q: DeleteProvisionedUserRequest, _ call: Call) async throws -> Empty {
        try await provisioning.delete(
            try ID(wire: q.id, "user"), version: Self.version(q.ifVersion), as: call.requireAccess())
        return Empty()
    }

    func groups(_ q: ListProvisionedGroupsRequest, _ call: Call) async throws -> ListProvisionedGroupsResponse {
        let most = q.withoutMembers ? Provisioned.countMax : Provisioned.countMaxWithMembers
        let found = try await provisioning.groups(
            try Self.terms(q.terms), .init(start: Int(q.start), count: Int(q.count), most: most),
            members: q.withoutMembers ? .left : .read, as: call.requireAccess())
        return ListProvisionedGroupsResponse.with {
            $0.groups = found.groups.map(ProvisionedGroup.init)
            $0.total = UInt32(clamping: found.total)
        }
    }

    func saveGroup(_ q: SaveProvisionedGroupRequest, _ call: Call) async throws -> SaveProvisionedGroupResponse {
        let saved = try await provisioning.save(
            try Provisioned.Group.Draft(q.group), of: try ID.optional(q.group.id, "group"),
            version: Self.version(q.ifVersion), as: call.requireAccess())
        return SaveProvisionedGroupResponse.with { $0.group = ProvisionedGroup(saved) }
    }

    func deleteGroup(_ q: DeleteProvisionedGroupRequest, _ call: Call) async throws -> Empty {
        try await provisioning.delete(
            group: try ID(wire: q.id, "group"), version: Self.version(q.ifVersion), as: call.requireAccess())
        return Empty()
    }

    private static func version(_ wire: Int64) -> Int64? { wire == 0 ? nil : wire }

    private static func terms<Attribute>(
        _ wire: [ProvisionedTerm]
    ) throws(Failure) -> [ProvisionedMatch<Attribute>] {
        guard wire.count <= ProvisionedMatch<Attribute>.countMax else {
            throw Failure(.invalid, "A filter has at most ten terms.", reason: "filter_invalid")
        }
        var terms: [ProvisionedMatch<Attribute>] = []
        for term in wire {
            terms.append(
                try ProvisionedMatch(attribute: term.attribute, comparison: term.comparison, value: term.value))
        }
        return terms
    }
}

extension Provisioned.Person.Draft {
    fileprivate init(_ user: ProvisionedUser) throws(Failure) {
        try self.init(
            userName: user.userName, externalID: user.externalID, isActive: user.active,
            profile: Provisioned.Profile(
                displayName: user.displayName, formatted: user.formattedName, familyName: user.familyName,
                givenName: user.givenName,
                emails: user.emails.map { .init(value: $0.value, type: $0.type, primary: $0.primary) }))
    }
}

extension Provisioned.Group.Draft {
    fileprivate init(_ group: ProvisionedGroup) throws(Failure) {
        var members: Set<UUID> = []
        for member in group.memberIds { members.insert(try ID<Account>(wire: member, "member").uuid) }
        try self.init(name: group.displayName, externalID: group.externalID, members: members)
    }
}

extension ProvisionedUser {
    fileprivate init(_ person: Provisioned.Person) {
        self.init()
        (id, userName, externalID) = (person.id.wire, person.userName, person.externalID)
        (active, inUse) = (person.isActive, person.isInUse)
        (displayName, formattedName) = (person.profile.displayName, person.profile.formatted)
        (familyName, givenName) = (person.profile.familyName, person.profile.givenName)
        emails = person.profile.emails.map { email in
            .with { ($0.value, $0.type, $0.primary) = (email.value, email.type, email.primary) }
        }
        groups = person.groups.map { membership in
            .with { ($0.id, $0.name) = (ID<Account>(membership.group).wire, membership.name) }
        }
        (version, createdMs, changedMs) = (person.version, person.createdAt.wire, person.changedAt.wire)
    }
}

extension ProvisionedGroup {
    fileprivate init(_ group: Provisioned.Group) {
        self.init()
        (id, displayName, externalID) = (group.id.wire, group.name, group.externalID)
        memberIds = group.members.map { ID<Account>($0).wire }
        (version, createdMs, changedMs) = (group.version, group.createdAt.wire, group.changedAt.wire)
    }
}

import Foundation
import Model
import Postgres
import Testing

@testable import AuthService

/// Roles that come with groups, and go with them.
@Suite struct GroupRoleTests {
    private static func provider(_ house: AuthHouse, _ admin: AuthHouse.Admin) async throws -> Provider {
        let here = Scope.workspace(admin.workspace)
        return try await house.provider(
            .sample(rules: [
                .init(group: "readers", grant: Grant(.viewer, on: here)),
                .init(group: "writers", grant: Grant(.editor, on: here)),
                .init(group: "owners", grant: Grant(.owner, on: here)),
                .init(group: "ops", grant: Grant(.instanceAdmin, on: .instance)),
            ]), by: admin)
    }

    @Test func `they are looked at anew at each sign-in`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (provider, here) = (try await Self.provider(house, admin), Scope.workspace(admin.workspace))
            func arrive(_ groups: String...) async throws -> Access {
                try await house.arrive(try .sample("s1", groups: groups, of: provider), of: provider)
            }
            let nobody = try await arrive("others")
            #expect(!nobody.allows(.read, on: here))
            let writer = try await arrive("readers", "writers")
            #expect(writer.allows(.log, on: here))
            #expect(!writer.allows(.administerInstance, on: .instance))
            let reader = try await arrive("readers", "ops")
            #expect(reader.allows(.read, on: here) && !reader.allows(.log, on: here))
            #expect(reader.allows(.administerInstance, on: .instance))
            let left = try await arrive()
            #expect(!left.allows(.read, on: here) && !left.allows(.administerInstance, on: .instance))
            #expect(left.allows(.createWorkspace, on: .instance))
            let told = try await house.service.audit.store.list(
                AuditSearch(), in: [admin.workspace.uuid], after: nil, limit: 10)
            #expect(told.map(\.action).prefix(3) == ["grant.remove", "grant.set", "grant.set"])
            #expect(told.prefix(3).allSatisfy { $0.detail.contains(#""by":"group""#) })
            #expect(try await house.service.audit.verify(admin.workspace).finding == house.whole(told))
        }
    }

    @Test func `what was given by hand stays, and the higher counts`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (provider, here) = (try await Self.provider(house, admin), Scope.workspace(admin.workspace))
            let ada = try await house.arrive(try .sample("s1", groups: ["readers"], of: provider), of: provider)
            try await house.service.memberships.set(Grant(.editor, on: here), to: ada.principal, as: admin.access)
            let both = try await house.arrive(try .sample("s1", groups: ["readers"], of: provider), of: provider)
            #expect(both.allows(.log, on: here))
            let members = try await house.service.memberships.list(in: here, as: admin.access)
            #expect(members.filter { $0.account == ada.principal }.map(\.provider) == [nil, "Acme"])
            let alone = try await house.arrive(try .sample("s1", of: provider), of: provider)
            #expect(alone.allows(.log, on: here))
        }
    }

    /// Who owns a workspace because of a group does not hold it together.
    @Test func `the last owner by hand stays`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let provider = try await Self.provider(house, admin)
            _ = try await house.arrive(try .sample("s1", groups: ["owners"], of: provider), of: provider)
            let result = await outcome {
                try await house.service.memberships.remove(
                    .workspace(admin.workspace), from: admin.access.principal, as: admin.access)
            }
            #expect(result == "conflict last_owner")
        }
    }

    @Test func `a provider that is switched off or deleted brings no roles`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (provider, here) = (try await Self.provider(house, admin), Scope.workspace(admin.workspace))
            let draft = Session.Draft(address: "", client: "")
            let identity = try Identity.sample("s1", groups: ["writers"], of: provider)
            _ = try await house.service.providers.identities.signIn(
                .init(identity: identity, provider: provider, session: draft))
            #expect(try await house.access(session: draft.token.text).allows(.log, on: here))
            let off = Provider.sample(id: provider.id, isEnabled: false, rules: provider.groupRoles)
            _ = try await house.service.providers.change(off, secret: "", as: admin.access)
            #expect(try await !house.access(session: draft.token.text).allows(.read, on: here))
            try await house.service.providers.delete(provider.id, as: admin.access)
            #expect(try await house.count("provider_grants") == 0)
            #expect(try await house.count("identities") == 0)
        }
    }

    @Test func `lists that are elsewhere or too long are refused, long ones are not`() async throws {
        let provider = Provider.sample()
        func groups(_ values: [String: ClaimValue]) -> String {
            do throws(SignInRefusal) {
                return "\(try Identity(Claims(values), subject: "s", of: provider).groups.count)"
            } catch {
                return error.check.rawValue
            }
        }
        #expect(groups(["groups": .list((0..<500).map { .text("g\($0)") })]) == "500")
        #expect(groups(["groups": .list((0..<2001).map { .text("g\($0)") })]) == "groups_too_many")
        #expect(groups(["_claim_names": .object(["groups": .text("src1")])]) == "groups_elsewhere")
        #expect(groups(["groups": .text("one")]) == "1")
        #expect(groups(["groups": .list([.integer(1)])]) == "0")
        #expect(groups([:]) == "0")
        let nested = Provider(sample: provider, groupClaim: "realm_access.roles")
        let claims = Claims(["realm_access": .object(["roles": .list([.text("a")])])])
        #expect(try Identity(claims, subject: "s", of: nested).groups == ["a"])
    }
}

extension Provider {
    fileprivate init(sample p: Provider, groupClaim: String) {
        self.init(
            id: p.id, kind: p.kind, label: p.label, isEnabled: p.isEnabled, issuer: p.issuer, authorizeURL: "",
            tokenURL: "",
            userinfoURL: "", clientID: p.clientID, scopes: p.scopes, subjectClaim: p.subjectClaim,
            nameClaim: p.nameClaim,
            emailClaim: p.emailClaim, groupClaim: groupClaim, createsAccounts: p.createsAccounts,
            emailDomains: p.emailDomains, factorValues: p.factorValues, groupRoles: [], signsOut: false, directory: nil)
    }
}

extension AuthHouse {
    fileprivate func whole(_ told: [AuditEntry]) -> AuditFinding {
        .whole(count: told.first?.sequence ?? 0, head: told.first?.hash ?? [])
    }
}

import Foundation
import Model
import Postgres
import TestKit
import Testing

@testable import AuthService

@Suite struct EntryTests {
    @Test func `who has entered holds the role in sessions, and no key and no other workspace gets any of it`()
        async throws
    {
        try await EntryScene.with { house, admin, owner, theirs in
            let other = admin.workspace
            let entry = try await house.enter(theirs, .admin, as: admin.access)
            let now = try await house.access(session: try await house.signIn("admin"))
            let place = Scope.workspace(theirs)
            #expect(now.allows(.read, on: place) && now.allows(.delete, on: place) && now.allows(.readAudit, on: place))
            #expect(!now.allows(.manageMembers, on: place), "who manages members could stay")
            let until = try #require(now.grants.first { $0.until != nil }?.until)
            #expect(until <= entry.endsAt && until > entry.endsAt.addingTimeInterval(-0.01))
            #expect(try await !house.access(key: admin.key).allows(.read, on: place))
            #expect(
                try await !house.access(session: try await house.signIn("stranger")).allows(
                    .read, on: .workspace(other)))
            let memberships = house.service.memberships
            #expect(
                await outcome {
                    try await memberships.set(Grant(.viewer, on: place), to: admin.access.principal, as: now)
                } == "forbidden")
            #expect(try await memberships.list(in: place, as: owner).map(\.name) == ["stranger"])
        }
    }

    @Test func `it ends with the time, with the role of an administrator, and by leaving`() async throws {
        try await EntryScene.with { house, admin, _, theirs in
            let place = Scope.workspace(theirs)
            _ = try await house.person("second", [Grant(.instanceAdmin, on: .instance)], by: admin)
            func access() async throws -> Access { try await house.access(session: try await house.signIn("admin")) }
            let first = try await house.enter(theirs, as: admin.access)
            let held = try await access()
            let grant = try #require(held.grants.first { $0.until != nil })
            #expect(grant.allows(.read, now: first.endsAt.addingTimeInterval(-0.01)))
            #expect(!grant.allows(.read, now: first.endsAt), "an access that is still cached ends with it")
            try await house.owner.run(
                "UPDATE auth.entries SET entered_at = now() - interval '2 hours', ends_at = now() - interval '1 hour'",
                for: .none)
            #expect(try await !access().allows(.read, on: place))
            _ = try await house.enter(theirs, as: admin.access)
            #expect(try await access().allows(.read, on: place))
            #expect(try await house.said("workspace.leave", in: theirs) == ["time"])

            let second = try #require(
                try await house.service.entries.list(in: nil, onlyOpen: true, as: admin.access).first)
            try await house.service.entries.leave(second.id, as: admin.access)
            #expect(try await !access().allows(.read, on: place))
            #expect(
                await outcome { try await house.service.entries.leave(second.id, as: admin.access) }
                    == "notFound entry_unknown")

            _ = try await house.enter(theirs, as: admin.access)
            try await house.owner.run(
                """
                UPDATE auth.grants SET role = 'instanceUser'
                 WHERE account_id = \(admin.access.principal.uuid) AND role = 'instanceAdmin'
                """,
                for: .none)
            #expect(try await !access().allows(.read, on: place))
            try await house.service.entries.endThoseOver()
            #expect(try await house.said("workspace.leave", in: theirs) == ["time", "left", "role"])
            #expect(try await house.said("workspace.leave", in: nil) == ["time", "left", "role"])
        }
    }

    @Test func `only an administrator of the instance enters, proven, in a session, with a reason`() async throws {
        try await EntryScene.with { house, admin, owner, theirs in
            let entries = house.service.entries
            func enter(_ access: Access) async -> String {
                await outcome { _ = try await house.enter(theirs, as: access) }
            }
            let ada = try await house.person("ada", [Grant(.admin, on: .workspace(admin.workspace))], by: admin)
            #expect(await enter(ada) == "forbidden")
            #expect(await enter(owner) == "forbidden")
            #expect(await enter(try await house.access(key: admin.key)) == "forbidden session_required")
            #expect(await enter(try await house.access(operator: "test")) == "forbidden session_required")
            let stale = Access(
                kind: .person, principal: admin.access.principal, name: "admin", grants: admin.access.grants,
                credential: admin.access.credential, bySession: true,
                assurance: Assurance(provedAt: Date().addingTimeInterval(-601)), expiresAt: .distantFuture)
            #expect(await enter(stale) == "forbidden reauth_required")
            func draft(_ reason: String, _ hours: Int = 1, _ role: Role = .viewer) async -> String {
                await outcome {
                    _ = try Entry.Draft(workspace: theirs, name: "x", role: role, reason: reason, hours: hours)
                }
            }
            #expect(await draft(" too  few ") == "invalid reason_invalid")
            #expect(await draft(String(repeating: "x", count: 501)) == "invalid reason_invalid")
            #expect(await draft(String(repeating: "x", count: 500), 8, .admin) == "ok")
            #expect(await draft("for no time at all", 0) == "invalid hours_invalid")
            #expect(await draft("for much too long", 9) == "invalid hours_invalid")
            #expect(await draft("as its owner, really", 1, .owner) == "invalid role_unknown")
            #expect(
                await outcome { _ = try await house.enter(.fresh(), as: admin.access) } == "notFound workspace_unknown")
            #expect(try await entries.list(in: nil, onlyOpen: false, as: admin.access).isEmpty)
        }
    }

    @Test func `of sixteen who enter at once one is in, and each chain and each owner is told once`() async throws {
        try await EntryScene.with { house, admin, owner, theirs in
            try await house.service.emails.change(to: "owner@example.org", as: owner)
            let mail = try #require(try await house.mails("confirmation").first)
            _ = try await house.service.emails.confirm(mail.token, from: "")
            _ = try await house.mails()
            let found = await race(16) { _ in
                _ = try await house.enter(theirs, as: admin.access, because: "http://evil.example <b>wants</b> it")
            }
            #expect(found == ["ok": 1, "conflict entry_open": 15])
            for chain in [nil, theirs] {
                #expect(try await house.said("workspace.enter", in: chain, "role") == ["viewer"])
            }
            let told = try await house.mails("notice.workspace.enter")
            #expect(told.map(\.claim.recipient) == ["owner@example.org"])
            let text = try #require(told.first?.letter?.text)
            #expect(text.contains("Who: admin") && text.contains("Workspace: theirs") && text.contains("one hour"))
            #expect(text.contains("http:/ /evil.example") && !text.contains("http://evil"))
        }
    }

    @Test func `members of the workspace see who is inside, and those of another do not`() async throws {
        try await EntryScene.with { house, admin, owner, theirs in
            let entries = house.service.entries
            _ = try await house.enter(theirs, as: admin.access)
            let seen = try await entries.list(in: theirs, onlyOpen: true, as: owner)
            #expect(seen.map(\.name) == ["admin"] && seen.first?.reason == EntryScene.reason)
            let eve = try await house.person("eve", [Grant(.viewer, on: .workspace(admin.workspace))], by: admin)
            #expect(try await entries.list(in: admin.workspace, onlyOpen: false, as: eve).isEmpty)
            #expect(await outcome { _ = try await entries.list(in: theirs, onlyOpen: true, as: eve) } == "notFound")
            #expect(await outcome { _ = try await entries.list(in: nil, onlyOpen: true, as: eve) } == "forbidden")
            let id = try #require(seen.first?.id)
            #expect(await outcome { try await entries.leave(id, as: eve) } == "notFound entry_unknown")
            let now = try await house.access(session: try await house.signIn("admin"))
            let told = try await house.service.explanations.explain(
                .read, on: .workspace(theirs), for: now.principal, key: nil, as: now)
            #expect(
                told.allowed
                    && told.steps.contains { $0.text.contains("viewer in the workspace through an entry until") })
        }
    }

    @Test func `a workspace that asks for a second factor is shut to who has entered without one`() async throws {
        try await EntryScene.with { house, admin, _, theirs in
            try await house.owner.run(
                """
                INSERT INTO auth.factor_policies (workspace_id, demand, set_by)
                VALUES (\(theirs.uuid), 'everybody', \(theirs.uuid))
                """,
                for: .none)
            _ = try await house.enter(theirs, as: admin.access)
            let now = try await house.access(session: try await house.signIn("admin"))
            #expect(!now.allows(.read, on: .workspace(theirs)))
            #expect(
                await outcome { _ = try now.require(.read, on: .workspace(theirs)) }
                    == "forbidden second_factor_required")
        }
    }

    @Test func `twenty entries an hour, and no more`() async throws {
        try await EntryScene.with { house, admin, _, theirs in
            for _ in 0..<EntryStore.hourlyMax {
                let entry = try await house.enter(theirs, as: admin.access)
                try await house.service.entries.leave(entry.id, as: admin.access)
            }
            #expect(
                await outcome { _ = try await house.enter(theirs, as: admin.access) } == "exhausted entries_exhausted")
        }
    }
}

/// An administrator of the instance, and somebody else's workspace.
enum EntryScene {
    static let reason = "They asked for help with a run."

    static func with(
        _ body: (_ house: AuthHouse, _ admin: AuthHouse.Admin, _ owner: Access, _ theirs: ID<Workspace>) async throws ->
            Void
    ) async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let (owner, theirs) = try await house.stranger(by: admin)
            try await body(house, admin, owner, theirs)
        }
    }
}

extension AuthHouse {
    func enter(
        _ workspace: ID<Workspace>, _ role: Role = .viewer, as access: Access,
        because reason: String = EntryScene.reason
    ) async throws -> Entry {
        try await service.entries.enter(
            Entry.Draft(workspace: workspace, name: "theirs", role: role, reason: reason), as: access)
    }

    /// What a chain tells of an action, in order.
    fileprivate func said(
        _ action: String, in workspace: ID<Workspace>?, _ field: String = "by"
    ) async throws -> [String] {
        try await owner.rows(
            """
            SELECT detail::jsonb ->> \(field) FROM auth.audit
             WHERE workspace_id = \(workspace?.uuid ?? UUID.none) AND action = \(action) ORDER BY sequence
            """, for: .none
        ) { row in try row.read() }
    }
}

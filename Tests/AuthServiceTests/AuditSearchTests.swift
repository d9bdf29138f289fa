import Foundation
import Model
import Postgres
import TestKit
import Testing

@testable import AuthService

@Suite struct AuditSearchTests {
    private func search(
        actor: String = "", action: String = "", object: String = "", outcome: String = "",
        credential: ID<Credential>? = nil
    ) throws -> AuditSearch {
        try AuditSearch(
            actor: actor, action: action, object: object, outcome: outcome, from: 0, to: 0, credential: credential)
    }

    @Test func `each filter leaves what it names`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.person("ada", by: admin)
            _ = try await house.key(of: ada)
            _ = await outcome { _ = try await house.signIn("ada", "not the right password") }
            func found(_ search: AuditSearch) async throws -> [String] {
                try await house.service.audit.list(search, in: nil, after: nil, limit: 0, as: admin.access).entries
                    .map { "\($0.actor) \($0.action) \($0.outcome)" }
            }
            #expect(try await found(search(action: "key.create")) == ["ada key.create ok"])
            #expect(try await found(search(action: "key.*")) == ["ada key.create ok"])
            #expect(try await found(search(action: "key")) == [])
            #expect(try await found(search(outcome: "refused")) == ["ada session.sign_in refused"])
            #expect(try await found(search(actor: "ada", action: "session.*")) == ["ada session.sign_in refused"])
            let byID = try await found(search(actor: ada.principal.text))
            #expect(byID == ["ada session.sign_in refused", "ada key.create ok", "ada password.set ok"])
            #expect(try await found(search(actor: "ada")) == byID)
            #expect(
                try await found(search(object: ada.principal.text)) == [
                    "ada session.sign_in refused", "ada password.set ok", "admin account.create ok",
                ])
            var late = AuditSearch()
            late.from = Int64(Date().addingTimeInterval(60).timeIntervalSince1970 * 1_000_000)
            #expect(try await found(late) == [])
            var early = AuditSearch()
            early.to = late.from
            #expect(try await found(early).count == 6)
        }
    }

    @Test(arguments: [("action", "*"), ("action", "key.*.x"), ("action", "a.b.*"), ("outcome", "maybe")])
    func `what is no filter is refused`(_ name: String, _ value: String) throws {
        #expect(throws: Failure.self) {
            try search(action: name == "action" ? value : "", outcome: name == "outcome" ? value : "")
        }
    }

    @Test func `pages follow each other without gap or twin`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            for index in 0..<25 {
                try await house.service.audit.store.append(AuditEvent(.nobody, "test.event", on: "\(index)"))
            }
            let wanted = try search(action: "test.event")
            var (objects, cursor, pages) = ([String](), AuditCursor?.none, 0)
            repeat {
                let page = try await house.service.audit.list(
                    wanted, in: nil, after: cursor, limit: 10, as: admin.access)
                objects += page.entries.map(\.object)
                cursor = try AuditCursor.parsed(page.next?.text ?? "")
                pages += 1
            } while cursor != nil
            #expect(objects == (0..<25).reversed().map { "\($0)" } && pages == 3)
            #expect(throws: Failure.self) { try AuditCursor.parsed("1.2.3") }
        }
    }

    @Test func `the owner of a key sees what it did, and of other keys nothing`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.person("ada", [Grant(.owner, on: .workspace(admin.workspace))], by: admin)
            let eve = try await house.person("eve", by: admin)
            let used = try await house.access(key: house.key(of: ada))
            let (audit, place) = (house.service.audit, admin.workspace)
            try await audit.record(
                AuditEvent(AuditEvent.Actor(used), "project.create", in: place, on: "p"), as: used, from: "workspace")
            try await house.service.keys.revoke(used.credential, as: used)
            let own = try search(credential: used.credential)
            func list(_ access: Access) async throws -> [String] {
                try await audit.list(own, in: nil, after: nil, limit: 0, as: access).entries.map(\.action)
            }
            #expect(try await list(ada) == ["key.revoke", "project.create"])
            #expect(try await list(admin.access) == ["key.revoke"], "an administrator looks into the instance's log")
            #expect(await outcome { _ = try await list(eve) } == "forbidden")
            #expect(
                await outcome { _ = try await audit.list(AuditSearch(), in: nil, after: nil, limit: 0, as: ada) }
                    == "forbidden")
        }
    }

    @Test func `a row says by which key or session, from where and in which request`() async throws {
        try await AuthHouse.with { house in
            var access = try await house.begin().access
            access.origin = Access.Origin(address: "192.0.2.9", request: "0123456789abcdef")
            _ = try await house.service.accounts.create(name: "ada", email: "", as: access)
            let entries = try await house.service.audit.list(
                search(action: "account.create"), in: nil, after: nil, limit: 0, as: access
            ).entries
            let entry = try #require(entries.first)
            #expect(entry.credential == access.credential.uuid && entry.request == access.origin.request)
            #expect(entry.address == "192.0.2.9" && entry.form == 2)
        }
    }

    @Test func `an export is the whole chain, is told of, and is for those who may read it`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let stranger = try await house.person("eve", by: admin)
            let audit = house.service.audit
            func export(_ workspace: ID<Workspace>?, _ access: Access) async throws -> [AuditEntry] {
                var rows: [AuditEntry] = []
                try await audit.export(AuditSearch(), in: workspace, as: access) { rows += $0 }
                return rows
            }
            for index in 0..<2100 {
                try await audit.store.append(AuditEvent(.nobody, "test.event", in: admin.workspace, on: "\(index)"))
            }
            let rows = try await export(admin.workspace, admin.access)
            var chain = AuditChain()
            chain.check(rows)
            guard case .whole(let count, _) = chain.verdict else {
                Issue.record("an export does not prove itself")
                return
            }
            #expect(count == 2102 && rows.last?.action == "audit.export")
            #expect(await outcome { _ = try await export(admin.workspace, stranger) } == "notFound")
            #expect(await outcome { _ = try await export(nil, stranger) } == "forbidden")
        }
    }
}

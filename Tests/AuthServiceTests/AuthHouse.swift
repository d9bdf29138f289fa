import AuthClient
import Egress
import Foundation
import Mail
import Model
import Postgres
import Sealing
import SwiftProtobuf
import TestKit
import WireMessages

@testable import AuthService

/// The service on a database of its own, with passwords that are cheap to hash.
struct AuthHouse: Sendable {
    let service: AuthService
    let database: Database
    /// The superuser, whom nothing stops.
    let owner: Database
    let config: AuthConfig
    let signer: Ed25519.PublicKey
    /// What authenticators go by; stands still.
    let clock: StillClock
    /// Where the heads of the audit log are written down.
    let shelf: Shelf

    static let password = "a long and pleasant walk"

    static func with(_ body: (AuthHouse) async throws -> Void) async throws {
        try await ScratchDatabase.with(role: .auth) { database, owner in
            let (seed, shelf) = (Secret.random(), Shelf())
            let config = try AuthConfig(
                signingKey: seed, pepper: .random(), factorKeys: [SealingKey(id: 1, .random())],
                baseURL: "http://127.0.0.1:8080", passwordCost: PasswordHash.Cost(memoryKiB: 64, passes: 1, lanes: 1),
                heads: shelf.file, mail: Self.mail)
            let clock = StillClock()
            let service = try AuthService(
                database: database, config: config, logger: ScratchDatabase.logger, now: { clock.now })
            try await body(
                AuthHouse(
                    service: service, database: database, owner: owner, config: config,
                    signer: try Ed25519.PrivateKey(seed: seed).publicKey, clock: clock, shelf: shelf))
        }
    }

    /// Mail is queued, and goes to a port at which nobody listens.
    static let mail = Mailbox("Halley <halley@lab.example>").map { sender in
        MailSettings(
            relay: MailRelay(.init(host: "127.0.0.1", port: 9, encryption: .none, greeting: "lab.example")),
            sender: sender)
    }

    struct Admin: Sendable {
        let access: Access
        let key: String
        let workspace: ID<Workspace>
    }

    /// The administrator, signed in.
    func begin() async throws -> Admin {
        let workspace = ID<Workspace>.fresh()
        let outcome = try await service.bootstrap.begin(name: "admin", workspace: workspace)
        let access = try await settle(outcome.token.text)
        return Admin(access: access, key: outcome.key, workspace: workspace)
    }

    /// A new person, signed in, with the given grants.
    func person(_ name: String, _ grants: [Grant] = [], by admin: Admin) async throws -> Access {
        let (id, token, _) = try await service.accounts.create(
            name: name, email: "\(name)@example.org", as: admin.access)
        for grant in grants { try await service.memberships.set(grant, to: id, as: admin.access) }
        return try await settle(token.text)
    }

    func settle(_ token: String) async throws -> Access {
        let draft = Session.Draft(address: "192.0.2.1", client: "test")
        _ = try await service.accounts.setPassword(Self.password, by: token, beginning: draft)
        return try await access(session: draft.token.text)
    }

    func signIn(
        _ name: String, _ password: String = password, from address: String = "192.0.2.1", in browser: Browser? = nil
    ) async throws -> String {
        let draft = Session.Draft(address: address, client: "test", browser: browser?.token ?? "")
        guard case .session = try await service.sessions.signIn(name: name, password: password, beginning: draft)
        else { throw Failure(.bug, "a second factor is asked for") }
        browser?.token = draft.browser.token.text
        return draft.token.text
    }

    func access(session token: String) async throws -> Access {
        try opened(try await service.sessions.authenticate(token).access)
    }

    func access(key: String) async throws -> Access {
        try opened(try await service.keys.authenticate(key, address: "192.0.2.7", client: "sdk"))
    }

    func access(operator purpose: String) async throws -> Access {
        try opened(try await service.operators.access(purpose: purpose))
    }

    /// A key of `access`'s owner, as it is handed out.
    func key(of access: Access, limits: Access.Limits = Access.Limits()) async throws -> String {
        try await service.keys.create(
            name: "test", limits: limits, ranges: [], expiresAt: nil, for: nil, as: access
        ).secret
    }

    /// Somebody who owns a workspace of their own, and has nothing to do with the administrator's.
    func stranger(by admin: Admin) async throws -> (access: Access, workspace: ID<Workspace>) {
        let token = try await person("stranger", by: admin)
        let workspace = ID<Workspace>.fresh()
        try await service.memberships.set(
            Grant(.owner, on: .workspace(workspace)), to: token.principal, as: token)
        return (try await access(session: try await signIn("stranger")), workspace)
    }

    /// A service account of the administrator's workspace.
    func serviceAccount(_ name: String, role: Role = .editor, by admin: Admin) async throws -> ID<Account> {
        let draft = try AccountEntry.Resident(.serviceAccount, name: name, description: "", home: admin.workspace)
        try await service.accounts.create(draft, as: admin.access)
        try await service.memberships.set(
            Grant(role, on: .workspace(admin.workspace)), to: draft.id, as: admin.access)
        return draft.id
    }

    private func opened(_ bytes: [UInt8]) throws -> Access {
        let sealed = try SealedAccess(serializedBytes: bytes)
        guard signer.isSignature(Array(sealed.signature), of: Array(sealed.claims)) else {
            throw Failure(.bug, "the signature is wrong")
        }
        return try Access(claims: AccessClaims(serializedBytes: sealed.claims))
    }
}

/// The code and reason of what `work` throws, or "ok".
func outcome(_ work: () async throws -> Void) async -> String {
    do {
        try await work()
        return "ok"
    } catch let failure as Failure {
        return "\(failure.code.rawValue) \(failure.reason)".trimmingCharacters(in: .whitespaces)
    } catch let error as PostgresError {
        return "postgres \(error.sqlState)"
    } catch {
        return "\(error)"
    }
}

/// How often each outcome came when `work` is done by `count` tasks at once.
func race(_ count: Int, _ work: @escaping @Sendable (Int) async throws -> Void) async -> [String: Int] {
    await withTaskGroup(of: String.self) { group in
        for index in 0..<count { group.addTask { await outcome { try await work(index) } } }
        return await group.reduce(into: [:]) { $0[$1, default: 0] += 1 }
    }
}

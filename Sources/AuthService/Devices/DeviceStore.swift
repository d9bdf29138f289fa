import Foundation
import Model
import Postgres

struct DeviceStore: Sendable {
    let database: Database

    /// Answers whether it was made: not if too many are open, from its address or altogether.
    func insert(_ draft: DeviceRequest.Draft) async throws -> Bool {
        try await database.run(
            """
            INSERT INTO auth.device_requests
                   (digest, user_digest, name, client, address, actions, places, key_seconds, expires_at)
            SELECT \(draft.device.digest), \(draft.user.digest), \(draft.name), \(draft.client), \(draft.address),
                   \(draft.actions), \(draft.places), \(draft.keySeconds),
                   now() + make_interval(secs => \(Double(DeviceRequest.lifeSeconds)))
             WHERE \(Int64(DeviceRequest.countMaxOfAddress)) > (
                   SELECT count(*) FROM auth.device_requests
                    WHERE address = \(draft.address) AND decided_at IS NULL AND expires_at > now())
               AND \(Int64(DeviceRequest.countMax)) > (
                   SELECT count(*) FROM auth.device_requests WHERE expires_at > now())
            """, for: .none) == 1
    }

    /// One that is not decided yet.
    func find(_ code: UserCode) async throws -> DeviceRequest? {
        try await database.first(
            """
            SELECT name, client, address, actions, places, key_seconds, created_at FROM auth.device_requests
             WHERE user_digest = \(code.digest) AND decided_at IS NULL AND expires_at > now()
            """, for: .none, DeviceRequest.init(row:))
    }

    /// Whoever comes first decides; answers whether this was so.
    func decide(
        _ code: UserCode, approved: Bool, _ limits: Access.Limits, by account: ID<Account>, telling event: AuditEvent
    ) async throws -> Bool {
        try await database.run(
            """
            WITH decided AS (
                UPDATE auth.device_requests
                   SET decided_at = now(), approved = \(approved), account_id = \(account.uuid),
                       workspaces = \(limits.workspaces.map(\.uuid)), projects = \(limits.projects.map(\.uuid))
                 WHERE user_digest = \(code.digest) AND decided_at IS NULL AND expires_at > now() RETURNING digest
            )
            \(AuditStore.append(event, forEachOf: "decided"))
            """, for: event.tenants) == 1
    }

    /// What is to be told to a program that asks, and takes down that it asked.
    func poll(_ device: OpaqueToken) async throws -> DeviceRequest.State {
        let pause = Double(DeviceRequest.intervalSeconds) * 0.8
        let found = try await database.first(
            """
            WITH before AS (
                SELECT digest, polled_at FROM auth.device_requests WHERE digest = \(device.digest) FOR UPDATE
            )
            UPDATE auth.device_requests r SET polled_at = now() FROM before
             WHERE r.digest = before.digest
            RETURNING CASE WHEN r.expires_at <= now() OR r.spent_at IS NOT NULL THEN 'expired'
                WHEN r.approved THEN 'approved' WHEN r.decided_at IS NOT NULL THEN 'denied'
                WHEN before.polled_at > now() - make_interval(secs => \(pause)) THEN 'slow' ELSE 'pending' END
            """, for: .none
        ) { row in try row.read() as String }
        return found.flatMap(DeviceRequest.State.init(rawValue:)) ?? .expired
    }

    /// An approved request and its approver, as long as nobody has had its key.
    func approved(_ device: OpaqueToken) async throws -> (DeviceRequest, ID<Account>, Access.Limits)? {
        try await database.first(
            """
            SELECT name, client, address, actions, places, key_seconds, created_at, account_id, workspaces, projects
              FROM auth.device_requests
             WHERE digest = \(device.digest) AND approved AND spent_at IS NULL AND expires_at > now()
            """, for: .none
        ) { row in
            let request = try DeviceRequest(row: &row)
            let account = ID<Account>(try row.read() as UUID)
            let (workspaces, projects): ([UUID], [UUID]) = (try row.read(), try row.read())
            let limits = Access.Limits(
                actions: request.actions, workspaces: Set(workspaces.map { ID($0) }),
                projects: Set(projects.map { ID($0) }))
            return (request, account, limits)
        }
    }

    /// Spends the request and makes its key, both or neither. Answers whether this one was first and a key was made.
    func spend(
        _ device: OpaqueToken, for draft: APIKey.Draft, _ seal: APIKeyStore.Seal, telling event: AuditEvent
    ) async throws -> Bool {
        try await database.run(
            """
            WITH spent AS (
                UPDATE auth.device_requests SET spent_at = now()
                 WHERE digest = \(device.digest) AND approved AND spent_at IS NULL AND expires_at > now()
                RETURNING digest
            ), made AS (\(APIKeyStore.insert(draft, seal)) AND EXISTS (SELECT FROM spent) RETURNING id)
            \(AuditStore.append(event, forEachOf: "made"))
            """, for: event.tenants) == 1
    }

    func sweep() async throws {
        try await database.run(
            "DELETE FROM auth.device_requests WHERE expires_at < now() - interval '1 hour'", for: .none)
    }
}

extension DeviceRequest {
    fileprivate init(row: inout Row) throws {
        (name, client, address) = (try row.read(), try row.read(), try row.read())
        actions = Set((try row.read() as [String]).compactMap(Action.init(rawValue:)))
        places = try row.read()
        let seconds: Int64 = try row.read()
        keySeconds = seconds == 0 ? nil : seconds
        createdAt = try row.read()
    }
}

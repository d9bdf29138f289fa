import AuthClient
import Foundation
import Model
import Postgres

extension APIKey {
    static let columns: SQL = """
        id, kind, name, key_id, last_four, actions, workspaces, projects, ranges::text[], created_at, expires_at,
        last_used_at, last_address, last_client, revoked_at, replaced_by
        """

    init(row: inout Row) throws {
        let (id, kind, name): (UUID, String, String) = (try row.read(), try row.read(), try row.read())
        let (keyID, lastFour): (String, String) = (try row.read(), try row.read())
        let known = KeyText.Kind(rawValue: kind) ?? .person
        self.init(
            id: ID(id), kind: known, name: name, hint: KeyText.hint(known, id: keyID, lastFour: lastFour),
            limits: try Access.Limits(row: &row), ranges: try row.read(), createdAt: try row.read(),
            expiresAt: try row.read(), lastUsedAt: try row.read(), lastAddress: try row.read(),
            lastClient: try row.read(), revokedAt: try row.read(), replacedBy: try row.read(UUID?.self).map { ID($0) })
    }
}

extension APIKey.Lock {
    init(row: inout Row) throws {
        let (id, kind): (UUID, String) = (try row.read(), try row.read())
        let (digest, version): ([UInt8], Int32) = (try row.read(), try row.read())
        let limits = try Access.Limits(row: &row)
        let state: String = try row.read()
        self.init(
            id: ID(id), kind: kind, digest: digest, pepperVersion: version, limits: limits,
            state: State(rawValue: state) ?? .revoked, principal: try PrincipalStore.decode(&row))
    }
}

extension String {
    /// As PostgreSQL takes it; `nil` when it is no address of a network (a Unix socket has none).
    var networkAddress: String? {
        let plain = hasPrefix("::ffff:") && contains(".") ? String(dropFirst(7)) : self
        var (v4, v6) = (in_addr(), in6_addr())
        return inet_pton(AF_INET, plain, &v4) == 1 || inet_pton(AF_INET6, plain, &v6) == 1 ? plain : nil
    }
}

extension Access.Limits {
    /// An action that this release does not know stays a limit: no known action is then allowed by it.
    fileprivate init(row: inout Row) throws {
        let actions: [String] = try row.read()
        let (workspaces, projects): ([UUID], [UUID]) = (try row.read(), try row.read())
        let known = actions.compactMap(Action.init(rawValue:))
        guard known.count == actions.count else {
            throw Failure(
                .unauthenticated, "This key's limits come from a newer release.", reason: "key_unknown")
        }
        self.init(
            actions: Set(known), workspaces: Set(workspaces.map { ID($0) }), projects: Set(projects.map { ID($0) }))
    }
}

internal import CLibPQ

/// What a superuser does to a cluster. These statements cannot bind: names and values are quoted by libpq.
public enum Administration {
    /// Fails with 42P04 when there is one of this name.
    public static func createDatabase(
        _ name: String, template: String = "template0", conninfo: String
    ) async throws(PostgresError) {
        try await with(conninfo) { (link) throws(PostgresError) in
            let (name, template) = (try link.identifier(name), try link.identifier(template))
            try link.execute("CREATE DATABASE \(name) TEMPLATE \(template) STRATEGY file_copy")
        }
    }

    /// Ends whatever is connected to it. A database that is not there is no error.
    public static func dropDatabase(_ name: String, conninfo: String) async throws(PostgresError) {
        try await with(conninfo) { (link) throws(PostgresError) in
            try link.execute("DROP DATABASE IF EXISTS \(link.identifier(name)) WITH (FORCE)")
        }
    }

    /// The password is hashed (SCRAM) on this side: the server and its log never see it.
    public static func setPassword(
        of role: String, to password: String, conninfo: String
    ) async throws(PostgresError) {
        try await with(conninfo) { (link) throws(PostgresError) in
            guard let hash = PQencryptPasswordConn(link.connection, password, role, "scram-sha-256") else {
                throw PostgresError(connection: link.connection, sqlState: "58000")
            }
            defer { PQfreemem(hash) }
            try link.execute("ALTER ROLE \(link.identifier(role)) PASSWORD \(link.literal(String(cString: hash)))")
        }
    }

    private static func with(
        _ conninfo: String, _ body: @escaping @Sendable (Link) throws(PostgresError) -> Void
    ) async throws(PostgresError) {
        try await onThread("pg-admin") { () throws(PostgresError) in
            try body(try Link(conninfo, settings: [("client_min_messages", "warning")], preparedMax: 1))
        }
    }
}

extension Link {
    fileprivate func identifier(_ name: String) throws(PostgresError) -> String {
        try quoted(PQescapeIdentifier(connection, name, name.utf8.count))
    }

    fileprivate func literal(_ text: String) throws(PostgresError) -> String {
        try quoted(PQescapeLiteral(connection, text, text.utf8.count))
    }

    private func quoted(_ text: UnsafeMutablePointer<CChar>?) throws(PostgresError) -> String {
        guard let text else { throw PostgresError(connection: connection, sqlState: "22000") }
        defer { PQfreemem(text) }
        return String(cString: text)
    }
}

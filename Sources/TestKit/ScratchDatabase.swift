internal import Foundation
public import Logging
public import Postgres
internal import Synchronization

/// A migrated database of its own for each test: a clone of a template in this process's cluster.
public struct ScratchDatabase: Sendable {
    /// As whom a test connects.
    public enum Role: String, Sendable, CaseIterable {
        case auth = "halley_auth"
        case workspace = "halley_workspace"
        case tracking = "halley_tracking"
        case artifact = "halley_artifact"
        /// PostgreSQL's superuser, whom no policy binds: to prepare rows, and to look behind the wall.
        case superuser = "postgres"
    }

    public let cluster: ScratchCluster
    public let name: String

    public func conninfo(_ role: Role) -> String {
        cluster.conninfo(database: name, user: role.rawValue)
    }

    /// `database` connects as the service's role, `owner` as the superuser.
    public static func with<Value>(
        role: Role, _ body: (_ database: Database, _ owner: Database) async throws -> Value
    ) async throws -> Value {
        try await with { scratch in
            try await scratch.open(role) { database in
                try await scratch.open(.superuser) { owner in try await body(database, owner) }
            }
        }
    }

    /// For tests that connect as several roles, or themselves.
    public static func with<Value>(_ body: (ScratchDatabase) async throws -> Value) async throws -> Value {
        let template = try await Template.shared()
        return try await with(cluster: template.cluster, template: template.name, body)
    }

    /// Without any migration; on the shared cluster unless another is given.
    public static func withEmpty<Value>(
        on cluster: ScratchCluster? = nil, _ body: (ScratchDatabase) async throws -> Value
    ) async throws -> Value {
        guard let cluster else {
            return try await with(cluster: try await ScratchCluster.shared(), template: "template0", body)
        }
        return try await with(cluster: cluster, template: "template0", body)
    }

    /// Opens a connection for as long as the closure lasts.
    public func open<Value>(_ role: Role, _ body: (Database) async throws -> Value) async throws -> Value {
        let config = DatabaseConfig(conninfo: conninfo(role), pipelines: 1, sessions: 4)
        let database = try await Database(config, logger: ScratchDatabase.logger)
        do {
            let value = try await body(database)
            await database.close()
            return value
        } catch {
            await database.close()
            throw error
        }
    }

    /// Says nothing below critical.
    public static var logger: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    private static let counter = Mutex(0)

    private static func with<Value>(
        cluster: ScratchCluster, template: String, _ body: (ScratchDatabase) async throws -> Value
    ) async throws -> Value {
        let number = counter.withLock { counter in
            counter += 1
            return counter
        }
        let scratch = ScratchDatabase(cluster: cluster, name: "scratch_\(number)")
        let admin = cluster.conninfo(database: "postgres", user: "postgres")
        try await Administration.createDatabase(scratch.name, template: template, conninfo: admin)
        do {
            let value = try await body(scratch)
            try await Administration.dropDatabase(scratch.name, conninfo: admin)
            return value
        } catch {
            try? await Administration.dropDatabase(scratch.name, conninfo: admin)
            throw error
        }
    }
}

/// The database with every migration of the repository applied, made once a process.
private struct Template: Sendable {
    let cluster: ScratchCluster
    let name = "halley_template"

    private static let making = Mutex<Task<Template, any Error>?>(nil)

    static func shared() async throws -> Template {
        let template = making.withLock { task in
            if let task { return task }
            let fresh = Task { try await Template.make() }
            task = fresh
            return fresh
        }
        return try await template.value
    }

    private static func make() async throws -> Template {
        let template = Template(cluster: try await ScratchCluster.shared())
        try await Administration.createDatabase(
            template.name, conninfo: template.cluster.conninfo(database: "postgres", user: "postgres"))
        _ = try await Migrator.migrate(
            conninfo: template.cluster.conninfo(database: template.name, user: "postgres"),
            directory: Repository.migrations, logger: ScratchDatabase.logger)
        return template
    }
}

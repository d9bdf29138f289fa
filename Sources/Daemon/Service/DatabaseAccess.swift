import Foundation
public import Logging
public import Model
import Postgres

/// How the services and the operator reach the database, private or external.
public struct DatabaseAccess: Sendable {
    public static let services = ["auth", "workspace", "tracking", "artifact"]

    private let settings: Settings

    public init(_ settings: Settings) {
        self.settings = settings
    }

    /// As the service's own role, which owns nothing and sees one schema.
    public func service(_ name: String) throws(Failure) -> Conninfo {
        let file = settings.home.secret("pgpass-\(name)")
        guard try PrivateFile.read(file) != nil else {
            throw Failure(.unavailable, "\(file) is missing. `halley up` or `halley migrate` makes it.")
        }
        let (user, application) = ("halley_\(name)", "halley-\(name)")
        guard let url = settings.databaseURL else {
            return PrivateCluster.conninfo(settings.home, user: user, passfile: file, application: application)
        }
        return Conninfo(url).with(user: user, passfile: file, application: application)
    }

    /// As the role that migrates: a superuser of the private cluster, or whom HALLEY_DATABASE_URL names.
    public var administrator: Conninfo {
        if let url = settings.databaseURL { return Conninfo(url) }
        return PrivateCluster.conninfo(
            settings.home, user: PrivateCluster.superuser, passfile: settings.home.secret("pgpass-postgres"),
            application: "halley-operator")
    }

    /// Applies missing migrations, and gives each service's role the password in its file. Refuses a server that
    /// loses acknowledged writes in a power cut. Answers the names of the files that it applied.
    public func migrate(logger: Logger) async throws -> [String] {
        let applied: [String]
        do {
            let folder = try MigrationsFolder.find(settings)
            applied = try await Migrator.migrate(conninfo: administrator.text, directory: folder, logger: logger)
                .applied
        } catch let error as MigrationError {
            throw Failure(.unavailable, "The database cannot be migrated: \(error).")
        }
        let files = try DatabaseAccess.services.map { name throws(Failure) in
            try PasswordFile(settings.home.secret("pgpass-\(name)"), user: "halley_\(name)")
        }
        let off = try await asAdministrator(logger) { store in
            try await store.setPasswords(files)
            return try await store.unsafeSettings()
        }
        guard off.isEmpty else {
            throw Failure(
                .unavailable,
                "PostgreSQL runs with \(off.joined(separator: ", ")): it would lose what was acknowledged.")
        }
        return applied
    }

    /// What an acknowledged write relies on. Empty when all is well.
    public func unsafeSettings(logger: Logger) async throws -> [String] {
        try await asAdministrator(logger) { try await $0.unsafeSettings() }
    }

    private func asAdministrator<Value: Sendable>(
        _ logger: Logger, _ body: (RoleStore) async throws -> Value
    ) async throws -> Value {
        let config = DatabaseConfig(conninfo: administrator.text, pipelines: 1, sessions: 1)
        let database = try await Database(config, logger: logger)
        do {
            let value = try await body(RoleStore(database: database))
            await database.close()
            return value
        } catch {
            await database.close()
            throw error
        }
    }
}

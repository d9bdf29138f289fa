public import Foundation
public import Logging

/// What a run of the migrator did.
public struct MigrationReport: Sendable, Equatable {
    /// The files applied now, in order.
    public let applied: [String]
    /// The highest number that the database has.
    public let version: Int

    public init(applied: [String], version: Int) {
        self.applied = applied
        self.version = version
    }
}

/// Why a schema and a folder of migrations do not fit together.
public enum MigrationError: Error, Sendable, Equatable {
    /// The folder cannot be read, or a name in it is not `NNNN_what_it_does.sql`.
    case folder(String)
    /// Two files have this number.
    case twin(Int)
    /// A file was changed after it was applied.
    case changed(String)
    /// A file's number is below one that was applied already.
    case late(String)
    /// The database has a migration that the folder lacks, below one that the folder has.
    case missing(Int)
    /// The file ended its own transaction.
    case endsTransaction(String)
    /// The folder holds migrations that the database lacks: run `halley migrate`.
    case pending([String])
    /// A statement of the file failed, or the server could not be reached.
    case database(file: String, PostgresError)
}

/// Brings a database to the schema that a folder of `NNNN_what_it_does.sql` describes.
///
/// Forward only. Each file is one transaction together with its row in `halley.migrations`, under an
/// advisory lock: any number of migrators may run at once. Files after the first run as `halley_owner`
/// with an empty search path, and wait 3 s for a lock, ten times, so that they never block a busy table.
/// A database that is ahead of the folder is fine: the release before runs on.
public enum Migrator {
    /// Applies what is missing. `conninfo` must name a superuser, or a role that may create roles.
    public static func migrate(
        conninfo: String, directory: URL, logger: Logger
    ) async throws(MigrationError) -> MigrationReport {
        try await onThread(
            "pg-migrate",
            Result {
                () throws(MigrationError) in try MigrationRun(conninfo, directory, logger).migrate()
            })
    }

    /// Throws unless every file of the folder was applied as it stands. Any role with SELECT on
    /// `halley.migrations` will do.
    public static func verify(conninfo: String, directory: URL, logger: Logger) async throws(MigrationError) {
        try await onThread(
            "pg-migrate",
            Result {
                () throws(MigrationError) in try MigrationRun(conninfo, directory, logger).verify()
            })
    }

    private static func onThread<Value: Sendable>(
        _ name: String, _ body: @autoclosure @escaping @Sendable () -> Result<Value, MigrationError>
    ) async throws(MigrationError) -> Value {
        let outcome = await withCheckedContinuation { done in
            startThread(name) { done.resume(returning: body()) }
        }
        return try outcome.get()
    }
}

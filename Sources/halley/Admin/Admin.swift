import ArgumentParser
import AuthClient
import Daemon
import Foundation
import Model

struct Admin: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look after accounts, keys, groups, providers, mail and the audit log of a running server.",
        discussion: """
            For whoever runs the machine: it talks to the server of the data folder over its socket, as the user that \
            runs the server. No key and no password is asked for; each command stands in the audit log. \
            Tables are for people; --json is for programs.
            """,
        subcommands: [
            Users.self, Keys.self, ServiceAccounts.self, Groups.self, Providers.self, Entries.self, AuditLog.self,
            MailCommand.self,
        ])
}

/// What all of them take.
struct AdminOptions: ParsableArguments {
    @Option(help: "The data folder (HALLEY_HOME).")
    var home: String?

    @Flag(help: "JSON instead of a table: an object or, of a list, an array.")
    var json = false

    /// Runs `body` as the operator; a failure is one clear line on standard error, and exit status 1.
    func asOperator(_ purpose: String, _ body: (OperatorSession) async throws -> Void) async throws {
        try await reportingFailures {
            let session = try await OperatorSession.open(try settings(), purpose: purpose)
            do {
                try await body(session)
            } catch {
                await session.close()
                throw error
            }
            await session.close()
        }
    }

    private func settings() throws -> Settings {
        var environment = ProcessInfo.processInfo.environment
        if let home { environment["HALLEY_HOME"] = home }
        environment["HALLEY_LOG"] = environment["HALLEY_LOG"] ?? "critical"
        return try Settings(environment: environment)
    }

    /// Prints rows under headings or, with --json, `values`.
    func show(_ table: TextTable, _ values: some Encodable) throws {
        print(json ? try Self.text(values) : table.text)
    }

    static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}

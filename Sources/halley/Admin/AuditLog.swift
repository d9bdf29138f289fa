import ArgumentParser
import AuthClient
import Daemon
import Foundation
import Model
import SwiftProtobuf
import WireMessages

struct AuditLog: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "Read, export and check the audit log.",
        discussion: """
            There is one log of the instance and one of each workspace. Rows of each form a chain: every row holds a \
            digest of the one before.
            """,
        subcommands: [List.self, Export.self, Verify.self])
}

/// Which rows of which log.
struct AuditChoice: ParsableArguments {
    @Option(
        help: "The log of a workspace, by the workspace's id, instead of the instance's.", transform: AuditChoice.id)
    var workspace: ID<Workspace>?

    @Option(help: "Who: a name or an account's id.")
    var actor = ""

    @Option(help: "What: key.revoke, or key.* for all about keys.")
    var action = ""

    @Option(help: "Done to what.")
    var object = ""

    @Option(help: "ok or refused.")
    var outcome = ""

    @Option(help: "At or after this time: 2026-11-23 or 2026-11-23T13:00:00Z.", transform: AuditChoice.time)
    var from: Int64?

    @Option(help: "Before this time.", transform: AuditChoice.time)
    var to: Int64?

    @Option(help: "By this key or session, by its id.", transform: AuditChoice.credential)
    var credential: ID<Credential>?

    var filter: AuditFilter {
        AuditFilter.with {
            ($0.actor, $0.action, $0.object, $0.outcome) = (actor, action, object, outcome)
            ($0.fromUs, $0.toUs) = (from ?? 0, to ?? 0)
            $0.credentialID = Data(credential?.bytes ?? [])
        }
    }

    @Sendable private static func id(_ text: String) throws -> ID<Workspace> {
        guard let id = ID<Workspace>(text) else { throw ValidationError("\(text) is no id of a workspace.") }
        return id
    }

    @Sendable private static func credential(_ text: String) throws -> ID<Credential> {
        guard let id = ID<Credential>(text) else { throw ValidationError("\(text) is no id of a key or session.") }
        return id
    }

    @Sendable private static func time(_ text: String) throws -> Int64 {
        let day = try? Date(text + "T00:00:00Z", strategy: .iso8601)
        guard let date = day ?? (try? Date(text, strategy: .iso8601)) else {
            throw ValidationError("\(text) is no time such as 2026-11-23 or 2026-11-23T13:00:00Z.")
        }
        return Int64(date.timeIntervalSince1970 * 1_000_000)
    }
}

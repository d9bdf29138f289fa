import ArgumentParser
import AuthClient
import Daemon
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct Entries: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Administrators who have entered a workspace that is not theirs, and why.",
        discussion: "A workspace is entered on the page /admin/entries alone, by somebody in a browser session.")

    @Flag(help: "Only who is inside now.")
    var open = false

    @OptionGroup var options: AdminOptions

    func run() async throws {
        try await options.asOperator("entries") { session in
            let found = try await session.auth.listEntries(.with { $0.openOnly = open }, session.context).entries
            try options.show(
                TextTable(
                    headings: ["WHO", "WORKSPACE", "ROLE", "ENTERED", "ENDED", "WHY"],
                    rows: found.map {
                        [
                            $0.name, $0.workspaceName, Role($0.role)?.rawValue ?? "",
                            TextTable.time(milliseconds: $0.enteredMs),
                            $0.endedMs == 0 ? "inside" : TextTable.time(milliseconds: $0.endedMs), $0.reason,
                        ]
                    }), found.map(Shown.init))
        }
    }

    private struct Shown: Encodable {
        let id: String
        let name: String
        let workspace: String
        let role: String
        let reason: String
        let enteredMs: Int64
        let endsMs: Int64
        let endedMs: Int64?

        init(_ entry: EntryRecord) {
            id = ID<Account>(bytes: entry.id)?.text ?? ""
            (name, workspace, reason) = (entry.name, entry.workspaceName, entry.reason)
            role = Role(entry.role)?.rawValue ?? ""
            (enteredMs, endsMs) = (entry.enteredMs, entry.endsMs)
            endedMs = entry.endedMs == 0 ? nil : entry.endedMs
        }

        enum CodingKeys: String, CodingKey {
            case id, name, workspace, role, reason
            case enteredMs = "entered_ms"
            case endsMs = "ends_ms"
            case endedMs = "ended_ms"
        }
    }
}

import ArgumentParser
import AuthClient
import Daemon
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

extension AuditLog {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The newest rows, newest first.")

        @OptionGroup var choice: AuditChoice

        @Option(name: .shortAndLong, help: "How many, at most 500.")
        var limit: UInt32 = 50

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("audit list") { session in
                let request = ListAuditRequest.with {
                    $0.workspaceID = Data(choice.workspace?.bytes ?? [])
                    ($0.filter, $0.limit) = (choice.filter, limit)
                }
                let records = try await session.auth.listAudit(request, session.context).records
                try options.show(
                    TextTable(
                        headings: ["TIME (UTC)", "WHO", "ACTION", "OUTCOME", "OBJECT", "FROM"],
                        rows: records.map {
                            [
                                TextTable.time(microseconds: $0.timeUs), $0.actor, $0.action, $0.outcome, $0.object,
                                $0.address,
                            ]
                        }), records.map(AuditRow.init))
            }
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Every row as one JSON object a line, oldest first.",
            discussion: """
                Each line holds the fields of the row and its hash; without filters the lines are the whole chain, and \
                prove themselves (Docs/formats/audit.md).
                """)

        @OptionGroup var choice: AuditChoice

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("audit export") { session in
                let request = ExportAuditRequest.with {
                    $0.workspaceID = Data(choice.workspace?.bytes ?? [])
                    $0.filter = choice.filter
                }
                var context = session.context
                context.deadline = .seconds(3600)
                let encoder = JSONEncoder()
                encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
                try await session.auth.exportAudit(request, context) { records in
                    for try await record in records {
                        FileHandle.standardOutput.write(try encoder.encode(AuditRow(record)) + Data("\n".utf8))
                    }
                }
            }
        }
    }
}

/// A row, as `/api/v1/audit` has it.
struct AuditRow: Encodable {
    let record: AuditRecord

    init(_ record: AuditRecord) {
        self.record = record
    }

    enum CodingKeys: String, CodingKey {
        case sequence, actor, action, object, outcome, address, detail, request, hash, form
        case timeUs = "time_us"
        case actorID = "actor_id"
        case workspaceID = "workspace_id"
        case credentialID = "credential_id"
    }

    func encode(to encoder: any Encoder) throws {
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(record.sequence, forKey: .sequence)
        try fields.encode(record.timeUs, forKey: .timeUs)
        try fields.encode(ID<Account>(bytes: record.actorID)?.text, forKey: .actorID)
        try fields.encode(record.actor, forKey: .actor)
        try fields.encode(record.action, forKey: .action)
        try fields.encode(ID<Workspace>(bytes: record.workspaceID)?.text, forKey: .workspaceID)
        try fields.encode(record.object, forKey: .object)
        try fields.encode(record.outcome, forKey: .outcome)
        try fields.encode(record.address, forKey: .address)
        try fields.encode(record.detailJson, forKey: .detail)
        try fields.encode(ID<Credential>(bytes: record.credentialID)?.text, forKey: .credentialID)
        try fields.encode(record.request, forKey: .request)
        try fields.encode(record.form, forKey: .form)
        try fields.encode(
            record.hash.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined(), forKey: .hash)
    }
}

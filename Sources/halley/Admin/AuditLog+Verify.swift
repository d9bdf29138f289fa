import ArgumentParser
import AuthClient
import Daemon
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

extension AuditLog {
    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "verify", abstract: "Check every chain, from its first row.",
            discussion: """
                A row that was changed, put in or taken out is named. That rows at the end are gone, or that a chain \
                was written anew, is found by the heads which the server writes to the file audit-heads of the data \
                folder every half minute; keep copies of that file on another machine. Ends with status 2 when a \
                chain is not whole.
                """)

        @Option(help: "Only the log of this workspace, by its id; `instance` for the instance's.")
        var of: String?

        @OptionGroup var options: AdminOptions

        func validate() throws {
            guard let of, of != "instance", ID<Model.Workspace>(of) == nil else { return }
            throw ValidationError("--of takes the id of a workspace, or `instance`.")
        }

        func run() async throws {
            var findings: [Finding] = []
            try await options.asOperator("audit verify") { session in
                for chain in try await chains(session) {
                    var context = session.context
                    context.deadline = .seconds(3600)
                    let answer = try await session.auth.verifyAudit(.with { $0.workspaceID = chain }, context)
                    findings.append(Finding(ID<Model.Workspace>(bytes: chain), answer))
                }
                try options.show(
                    TextTable(headings: ["CHAIN", "ROWS", "FINDING"], rows: findings.map(\.cells)), findings)
            }
            if findings.contains(where: { !$0.isWhole }) { throw ExitCode(2) }
        }

        private func chains(_ session: OperatorSession) async throws -> [Data] {
            if let of { return [Data(ID<Model.Workspace>(of)?.bytes ?? [UInt8](repeating: 0, count: 16))] }
            return try await session.auth.listAuditChains(session.context).workspaceIds
        }
    }
}

/// What was found of one chain.
private struct Finding: Encodable {
    let chain: String
    let rows: Int64
    let isWhole: Bool
    let firstBad: Int64?
    let published: Int64?
    let text: String

    init(_ workspace: ID<Model.Workspace>?, _ answer: VerifyAuditResponse) {
        let isInstance = workspace?.bytes.allSatisfy { $0 == 0 } ?? true
        chain = isInstance ? "instance" : workspace?.text ?? ""
        rows = answer.count
        isWhole = answer.finding == .whole
        firstBad = isWhole ? nil : answer.firstBad
        published = answer.published == 0 ? nil : answer.published
        let witness = published.map { "up to the head written down at row \($0)" } ?? "no head was written down"
        text =
            switch answer.finding {
            case .whole: "whole; \(witness)"
            case .broken: "row \(answer.firstBad) was changed, put in, or its neighbour taken out"
            case .cut: "rows from \(answer.firstBad) to \(answer.published) are gone"
            case .rewritten: "rows up to \(answer.firstBad) were written anew: they are not those of the written head"
            case .unspecified, .UNRECOGNIZED: "unknown to this release"
            }
    }

    var cells: [String] { [chain, "\(rows)", text] }

    enum CodingKeys: String, CodingKey {
        case chain, rows, published
        case isWhole = "is_whole"
        case firstBad = "first_bad"
        case text = "finding"
    }
}

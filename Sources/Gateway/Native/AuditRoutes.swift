import AuthClient
import Foundation
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import NIOCore
import SwiftProtobuf
import Wire
import WireMessages
import WorkspaceClient

/// `/audit`: the log of the instance or, with `workspace`, of a workspace.
struct AuditRoutes: Sendable {
    /// A million rows take less than a minute; who reads slower than that is given an hour.
    private static let exportWait: Duration = .seconds(3600)
    private static let bufferBytes = 64 << 10

    let gateway: Gateway
    let visitors: Visitors

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("audit", use: list)
        routes.get("audit/export", use: export)
    }

    @Sendable private func list(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let page = try await gateway.audit(try Query(request), caller.call(context))
        return Reply.json { writer in
            writer.object { writer in
                writer.key("events")
                writer.array(page.records) { $0.audit($1) }
                writer.key("next_cursor")
                writer.optional(page.cursor.isEmpty ? nil : page.cursor)
            }
        }
    }

    /// JSON lines, the oldest first. What goes wrong on the way breaks the connection off: a part is not the whole.
    @Sendable private func export(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let query = try Query(request)
        let asked = try await ExportAuditRequest.asked(query, gateway, caller.call(context))
        // Whether that may be asked at all is to be an answer, not a broken connection.
        _ = try await gateway.backends.auth.listAudit(
            .with {
                ($0.workspaceID, $0.filter, $0.limit) = (asked.workspaceID, asked.filter, 1)
                $0.filter.credentialID = Data()
            }, caller.call(context))
        let auth = gateway.backends.auth
        let call = caller.call(context, deadline: Self.exportWait)
        let name = query["workspace"].isEmpty ? "instance" : Link.escaped(query["workspace"])
        var response = Reply.text("")
        response.headers[.contentType] = "application/x-ndjson"
        response.headers[.contentLength] = nil
        response.headers[.contentDisposition] = "attachment; filename=\"audit-\(name).jsonl\""
        response.body = .streamed { output in
            try await auth.exportAudit(asked, call) { records in
                var buffer = ByteBuffer()
                for try await record in records {
                    var line = JSONWriter()
                    line.audit(record)
                    buffer.writeBytes(line.bytes)
                    buffer.writeInteger(UInt8(ascii: "\n"))
                    guard buffer.readableBytes >= Self.bufferBytes else { continue }
                    try await output.write(buffer)
                    buffer = ByteBuffer()
                }
                if buffer.readableBytes > 0 { try await output.write(buffer) }
            }
        }
        return response
    }
}

extension Gateway {
    /// A page of the log that `query` names.
    func audit(_ query: Query, _ call: CallContext) async throws -> ListAuditResponse {
        let asked = try await ExportAuditRequest.asked(query, self, call)
        let limit = try query.integer("limit") ?? 100
        guard (1...500).contains(limit) else {
            throw Failure(.invalid, "The query parameter limit is from 1 to 500.", reason: "field_invalid")
        }
        return try await backends.auth.listAudit(
            .with {
                ($0.workspaceID, $0.filter) = (asked.workspaceID, asked.filter)
                ($0.limit, $0.cursor) = (UInt32(limit), query["cursor"])
            }, call)
    }
}

extension ExportAuditRequest {
    /// Which log, and which rows of it.
    fileprivate static func asked(
        _ query: Query, _ gateway: Gateway, _ call: CallContext
    ) async throws -> ExportAuditRequest {
        var asked = ExportAuditRequest()
        asked.filter = try AuditFilter(query)
        let name = query["workspace"]
        guard !name.isEmpty else { return asked }
        asked.workspaceID = try await gateway.backends.workspace.find(.with { $0.name = name }, call).workspace.id
        return asked
    }
}

extension AuditFilter {
    /// `from` and `to` are milliseconds since 1970, or a date with or without a time, in UTC.
    init(_ query: Query) throws(Failure) {
        self.init()
        (actor, action, object, outcome) = (query["actor"], query["action"], query["object"], query["outcome"])
        fromUs = try Self.microseconds(query, "from")
        toUs = try Self.microseconds(query, "to")
        let key = query["credential"]
        guard !key.isEmpty else { return }
        guard let id = ID<Model.Credential>(key) else {
            throw Failure(
                .invalid, "The query parameter credential is no id of a key or session.", reason: "id_invalid")
        }
        credentialID = Data(id.bytes)
    }

    private static func microseconds(_ query: Query, _ name: String) throws(Failure) -> Int64 {
        let text = query[name]
        if text.isEmpty { return 0 }
        let latest: Int64 = 1 << 52
        if let milliseconds = Int64(text), (0...latest / 1000).contains(milliseconds) { return milliseconds * 1000 }
        let full =
            switch text.utf8.count {
            case 10: text + "T00:00:00Z"
            case 16: text + ":00Z"
            case 19: text + "Z"
            default: text
            }
        guard let date = try? Date(full, strategy: .iso8601) else {
            throw Failure(
                .invalid, "The query parameter \(name) is no time such as 2026-11-23 or 2026-11-23T13:00:00Z.",
                reason: "field_invalid")
        }
        return Int64(date.timeIntervalSince1970 * 1_000_000)
    }
}

extension JSONWriter {
    fileprivate mutating func audit(_ record: AuditRecord) {
        object { writer in
            writer.member("sequence", record.sequence)
            writer.member("time_us", record.timeUs)
            writer.id("actor_id", ID<Account>(bytes: record.actorID))
            writer.member("actor", record.actor)
            writer.member("action", record.action)
            writer.id("workspace_id", ID<Workspace>(bytes: record.workspaceID))
            writer.member("object", record.object)
            writer.member("outcome", record.outcome)
            writer.member("address", record.address)
            writer.member("detail", record.detailJson)
            writer.id("credential_id", ID<Model.Credential>(bytes: record.credentialID))
            writer.member("request", record.request)
            writer.member("form", record.form)
            writer.member("hash", record.hash.hexadecimal)
        }
    }

    private mutating func id<Subject>(_ name: String, _ id: ID<Subject>?) {
        if let id { member(name, id.text) } else { nullMember(name) }
    }
}

extension Data {
    fileprivate var hexadecimal: String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}

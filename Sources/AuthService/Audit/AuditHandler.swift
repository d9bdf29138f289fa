import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct AuditHandler: Sendable {
    let audit: Audit

    func list(_ q: ListAuditRequest, _ call: Call) async throws -> ListAuditResponse {
        let access = try call.requireAccess()
        let workspace = try ID<Workspace>.optional(q.workspaceID, "workspace")
        let entries = try await audit.list(
            in: workspace, before: q.beforeSequence, limit: Int(q.limit), as: access)
        return ListAuditResponse.with { $0.records = entries.map(AuditRecord.init) }
    }

    func record(_ q: RecordAuditRequest, _ call: Call) async throws -> Empty {
        let record = q.record
        guard !record.action.isEmpty, record.action.utf8.count <= 100 else {
            throw Failure(.invalid, "An audit record needs an action of at most 100 bytes.")
        }
        guard record.detailJson.utf8.count <= 8192, !record.detailJson.utf8.contains(0) else {
            throw Failure(.invalid, "An audit record's detail is at most 8 KiB of JSON.")
        }
        let event = AuditEvent(
            try actor(of: record, call), record.action, in: try ID<Workspace>.optional(record.workspaceID, "workspace"),
            on: record.object, outcome: record.outcome == "refused" ? .refused : .ok, address: record.address,
            json: record.detailJson.isEmpty ? "{}" : record.detailJson)
        try await audit.record(event, as: call.access, from: call.peer)
        return Empty()
    }

    /// The caller. A service that tells of it later, out of its queue, has no caller any more and names the actor.
    private func actor(of record: AuditRecord, _ call: Call) throws -> AuditEvent.Actor {
        if let access = call.access { return AuditEvent.Actor(access) }
        let id: ID<Account> = try ID(wire: record.actorID, "actor")
        return AuditEvent.Actor(id: id.uuid, name: record.actor)
    }
}

extension AuditRecord {
    fileprivate init(_ entry: AuditEntry) {
        self.init()
        sequence = entry.sequence
        timeUs = entry.timeMicroseconds
        actorID = entry.actorID == .none ? Data() : Data(entry.actorID.byteArray)
        actor = entry.actor
        action = entry.action
        workspaceID = entry.workspace == .none ? Data() : Data(entry.workspace.byteArray)
        object = entry.object
        outcome = entry.outcome
        address = entry.address
        detailJson = entry.detail
    }
}

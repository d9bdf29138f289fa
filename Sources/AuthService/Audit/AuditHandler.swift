import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct AuditHandler: Sendable {
    let audit: Audit

    func register(in methods: inout Methods) {
        methods.unary(AuthMethod.listAudit, .access, list)
        methods.download(AuthMethod.exportAudit, .access, export)
        methods.unary(AuthMethod.recordAudit, .anyone, record)
        methods.unary(AuthMethod.listAuditChains, .operatorOnly, chains)
        methods.unary(AuthMethod.verifyAudit, .operatorOnly, verify)
    }

    func list(_ q: ListAuditRequest, _ call: Call) async throws -> ListAuditResponse {
        let access = try call.requireAccess()
        let workspace = try ID<Workspace>.optional(q.workspaceID, "workspace")
        let page = try await audit.list(
            try AuditSearch(q.filter), in: workspace, after: try AuditCursor.parsed(q.cursor), limit: Int(q.limit),
            as: access)
        return ListAuditResponse.with {
            $0.records = page.entries.map(AuditRecord.init)
            $0.cursor = page.next?.text ?? ""
        }
    }

    func export(_ q: ExportAuditRequest, _ outgoing: Outgoing<Empty>, _ call: Call) async throws {
        let access = try call.requireAccess()
        let workspace = try ID<Workspace>.optional(q.workspaceID, "workspace")
        var hasBegun = false
        try await audit.export(try AuditSearch(q.filter), in: workspace, as: access) { entries in
            if !hasBegun {
                hasBegun = true
                try outgoing.begin(Empty())
            }
            for entry in entries { try await outgoing.send(message: AuditRecord(entry)) }
        }
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
        let credential: ID<Credential>? = try .optional(record.credentialID, "key or session")
        return AuditEvent.Actor(
            id: id.uuid, name: record.actor, credential: credential?.uuid ?? .none,
            origin: Access.Origin(address: record.address, request: record.request))
    }

    func chains(_ q: ListAuditChainsRequest, _ call: Call) async throws -> ListAuditChainsResponse {
        let chains = try await audit.chains()
        return ListAuditChainsResponse.with { $0.workspaceIds = chains.map { Data($0.byteArray) } }
    }

    func verify(_ q: VerifyAuditRequest, _ call: Call) async throws -> VerifyAuditResponse {
        let workspace = try ID<Workspace>.optional(q.workspaceID, "workspace").flatMap { $0.uuid == .none ? nil : $0 }
        let (finding, published) = try await audit.verify(workspace)
        return VerifyAuditResponse.with {
            $0.published = published?.sequence ?? 0
            switch finding {
            case .whole(let count, let head): ($0.finding, $0.count, $0.head) = (.whole, count, Data(head))
            case .broken(let place): ($0.finding, $0.count, $0.firstBad) = (.broken, place - 1, place)
            case .cut(let place): ($0.finding, $0.count, $0.firstBad) = (.cut, place - 1, place)
            case .rewritten(let place): ($0.finding, $0.firstBad) = (.rewritten, place)
            }
        }
    }
}

extension AuditSearch {
    fileprivate init(_ filter: AuditFilter) throws(Failure) {
        try self.init(
            actor: filter.actor, action: filter.action, object: filter.object, outcome: filter.outcome,
            from: filter.fromUs, to: filter.toUs, credential: try .optional(filter.credentialID, "key or session"))
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
        credentialID = entry.credential == .none ? Data() : Data(entry.credential.byteArray)
        request = entry.request
        hash = Data(entry.hash)
        form = entry.form
    }
}

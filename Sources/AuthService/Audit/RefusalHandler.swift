import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct RefusalHandler: Sendable {
    static let recordsMax = 1000

    let refusals: Refusals

    func record(_ q: RecordRefusalsRequest, _ call: Call) async throws -> Empty {
        guard q.refusals.count <= Self.recordsMax else {
            throw Failure(.invalid, "At most \(Self.recordsMax) refusals are told at once.")
        }
        try await refusals.record(try q.refusals.map(Refusal.init), from: call.peer)
        return Empty()
    }
}

extension Refusal {
    fileprivate init(_ record: RefusalRecord) throws(Failure) {
        let principal: ID<Account> = try ID(wire: record.principalID, "principal")
        let credential: ID<Credential> = try ID(wire: record.credentialID, "key or session")
        self.init(
            actor: AuditEvent.Actor(
                id: principal.uuid, name: record.principal, credential: credential.uuid,
                origin: Access.Origin(address: record.address, request: record.request)),
            what: record.what, reason: record.reason, count: Int(max(1, record.count)))
    }
}

import AuthClient
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct ExposureHandler: Sendable {
    static let recordsMax = 1000

    let exposures: Exposures

    func record(_ q: RecordExposuresRequest, _ call: Call) async throws -> Empty {
        guard q.exposures.count <= Self.recordsMax else {
            throw Failure(.invalid, "At most \(Self.recordsMax) keys are told of at once.")
        }
        try await exposures.record(try q.exposures.compactMap(Exposure.init), from: call.peer)
        return Empty()
    }
}

extension Exposure {
    /// `nil` when it is no key.
    fileprivate init?(_ record: ExposureRecord) throws(Failure) {
        guard let key = KeyText(presented: record.key) else { return nil }
        let principal: ID<Account> = try ID(wire: record.principalID, "principal")
        let credential: ID<Credential> = try ID(wire: record.credentialID, "key or session")
        self.init(
            key: key,
            actor: AuditEvent.Actor(
                id: principal.uuid, name: record.principal, credential: credential.uuid,
                origin: Access.Origin(address: record.address, request: record.request)),
            what: record.what)
    }
}

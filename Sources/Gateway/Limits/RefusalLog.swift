import AuthClient
import Foundation
import Logging
import Model
import ServiceLifecycle
import SwiftProtobuf
import Wire
import WireMessages

/// What was refused to people who are known, on its way to the audit log.
struct RefusalLog: Service {
    struct Kind: Hashable, Sendable {
        let credential: ID<Model.Credential>
        let what: String
        let reason: String
    }

    private let report: DelayedReport<Kind, RefusalRecord>

    init(auth: AuthClient, logger: Logger) {
        report = DelayedReport(of: "refusals", recordsMax: 1000, logger: logger) { records in
            try await auth.recordRefusals(
                .with { $0.refusals = records }, CallContext(deadline: .seconds(5), trace: "refusals"))
        }
    }

    func note(_ caller: Caller, what: String, reason: String, address: String, request: String) {
        let fresh = RefusalRecord.with {
            $0.principalID = Data(caller.principal.bytes)
            $0.principal = caller.name
            $0.credentialID = Data(caller.credential.bytes)
            ($0.address, $0.request, $0.what, $0.reason) = (address, request, what, reason)
        }
        report.note(Kind(credential: caller.credential, what: what, reason: reason), fresh) { $0.count += 1 }
    }

    func run() async throws { try await report.run() }
}

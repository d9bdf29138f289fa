import AuthClient
import Foundation
import Logging
import Model
import ServiceLifecycle
import SwiftProtobuf
import Wire
import WireMessages

/// Keys that somebody logged, on their way to who is told of it: each once.
struct ExposureLog: Service {
    private let report: DelayedReport<String, ExposureRecord>

    init(auth: AuthClient, logger: Logger) {
        // What comes beyond is masked all the same.
        report = DelayedReport(of: "keys that were logged", recordsMax: 256, logger: logger) { records in
            try await auth.recordExposures(
                .with { $0.exposures = records }, CallContext(deadline: .seconds(5), trace: "exposures"))
        }
    }

    func note(_ keys: [KeyText], by caller: Caller, what: String, address: String, request: String) {
        for key in keys {
            let fresh = ExposureRecord.with {
                $0.key = key.text
                $0.principalID = Data(caller.principal.bytes)
                $0.principal = caller.name
                $0.credentialID = Data(caller.credential.bytes)
                ($0.address, $0.request, $0.what) = (address, request, what)
            }
            report.note(key.id, fresh)
        }
    }

    func run() async throws { try await report.run() }
}

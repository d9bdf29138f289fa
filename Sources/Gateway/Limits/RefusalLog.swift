import AuthClient
import Foundation
import Logging
import Model
import ServiceLifecycle
import SwiftProtobuf
import Synchronization
import Wire
import WireMessages

/// What was refused to people who are known, on its way to the audit log: collected for two seconds, equal ones as one.
final class RefusalLog: Service {
    private static let interval: Duration = .seconds(2)
    /// Different ones in an interval; what comes beyond is not told.
    private static let recordsMax = 1000

    private struct Kind: Hashable {
        let credential: ID<Model.Credential>
        let what: String
        let reason: String
    }

    private let auth: AuthClient
    private let logger: Logger
    private let records = Mutex<[Kind: RefusalRecord]>([:])

    init(auth: AuthClient, logger: Logger) {
        self.auth = auth
        self.logger = logger
    }

    func note(_ caller: Caller, what: String, reason: String, address: String, request: String) {
        let kind = Kind(credential: caller.credential, what: what, reason: reason)
        records.withLock { records in
            guard records.count < Self.recordsMax || records[kind] != nil else { return }
            let fresh = RefusalRecord.with {
                $0.principalID = Data(caller.principal.bytes)
                $0.principal = caller.name
                $0.credentialID = Data(caller.credential.bytes)
                ($0.address, $0.request, $0.what, $0.reason) = (address, request, what, reason)
            }
            records[kind, default: fresh].count += 1
        }
    }

    /// Until it is told to stop; then what is there goes out once more.
    func run() async throws {
        await cancelWhenGracefulShutdown { [self] in
            while (try? await Task.sleep(for: Self.interval)) != nil { await flush() }
        }
        await flush()
    }

    private func flush() async {
        let taken = records.withLock { records in
            defer { records = [:] }
            return Array(records.values)
        }
        guard !taken.isEmpty else { return }
        do {
            try await auth.recordRefusals(
                .with { $0.refusals = taken }, CallContext(deadline: .seconds(5), trace: "refusals"))
        } catch {
            logger.warning(
                "refusals are missing in the audit log",
                metadata: ["count": "\(taken.reduce(0) { $0 + Int($1.count) })", "failure": "\(error)"])
        }
    }
}

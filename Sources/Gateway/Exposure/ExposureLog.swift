import AuthClient
import Foundation
import Logging
import Model
import ServiceLifecycle
import SwiftProtobuf
import Synchronization
import Wire
import WireMessages

/// Keys that somebody logged, on their way to who is told of it: collected for two seconds, each once.
final class ExposureLog: Service {
    private static let interval: Duration = .seconds(2)
    /// Different ones in an interval; what comes beyond is masked all the same, and not told.
    private static let recordsMax = 256

    private let auth: AuthClient
    private let logger: Logger
    private let records = Mutex<[String: ExposureRecord]>([:])

    init(auth: AuthClient, logger: Logger) {
        self.auth = auth
        self.logger = logger
    }

    func note(_ keys: [KeyText], by caller: Caller, what: String, address: String, request: String) {
        records.withLock { records in
            for key in keys where records[key.id] == nil && records.count < Self.recordsMax {
                records[key.id] = .with {
                    $0.key = key.text
                    $0.principalID = Data(caller.principal.bytes)
                    $0.principal = caller.name
                    $0.credentialID = Data(caller.credential.bytes)
                    ($0.address, $0.request, $0.what) = (address, request, what)
                }
            }
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
            try await auth.recordExposures(
                .with { $0.exposures = taken }, CallContext(deadline: .seconds(5), trace: "exposures"))
        } catch {
            logger.warning(
                "nobody was told of keys that were logged",
                metadata: ["count": "\(taken.count)", "failure": "\(error)"])
        }
    }
}

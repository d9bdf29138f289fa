import Foundation
import Model
import Wire
import WireMessages

/// REPORT_STATUS, SET_TIMES.
struct StatusHandler: Sendable {
    let statuses: Statuses

    func register(in methods: inout Methods) {
        methods.unary(TrackingMethod.reportStatus, .access, report)
        methods.unary(TrackingMethod.setTimes, .access, setTimes)
    }

    func report(_ q: ReportStatusRequest, _ call: Call) async throws -> ReportStatusResponse {
        let report: StatusReport =
            switch q.kind {
            case .beat: .beat
            case .end: .end
            case .crash: .crash(q.error)
            case .error: .error(q.error)
            case .finish: .finish
            case .resume: .resume
            case .unspecified, .UNRECOGNIZED: throw Failure(.invalid, "A status report needs a kind.")
            }
        var response = ReportStatusResponse()
        response.pendingRpcs = try await statuses.report(report, of: q.key, as: call.requireAccess())
        return response
    }

    func setTimes(_ q: SetTimesRequest, _ call: Call) async throws -> Empty {
        try await statuses.setTimes(
            q.key, started: Field.date(q.startedMs), ended: Field.date(q.endedMs), as: call.requireAccess())
        return Empty()
    }
}

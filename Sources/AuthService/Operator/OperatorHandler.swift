import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct OperatorHandler: Sendable {
    let operators: Operators
    let baseURL: String

    func access(_ q: OperatorAccessRequest, _ call: Call) async throws -> OperatorAccessResponse {
        let access = try await operators.access(purpose: q.purpose)
        return OperatorAccessResponse.with { ($0.access, $0.baseURL) = (Data(access), baseURL) }
    }
}

import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct BootstrapHandler: Sendable {
    let bootstrap: Bootstrap

    func begin(_ q: BootstrapRequest, _ call: Call) async throws -> BootstrapResponse {
        let outcome = try await bootstrap.begin(name: q.name, workspace: try ID(wire: q.workspaceID, "workspace"))
        return BootstrapResponse.with {
            $0.accountID = outcome.account.wire
            $0.key = outcome.key
            $0.setupToken = outcome.token.text
        }
    }
}

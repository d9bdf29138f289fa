import ArtifactClient
import AuthClient
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import TrackingClient
import Wire
import WireMessages
import WorkspaceClient

/// `/healthz`: this process answers. `/readyz`: all four services answer too.
struct Health: Sendable {
    /// A service that takes longer counts as down.
    private static let wait: Duration = .seconds(2)

    let backends: Backends

    func register(in router: Router<EdgeContext>) {
        router.get("healthz") { _, _ in Reply.text("ok\n") }
        router.get("readyz") { _, _ in try await ready() }
    }

    private func ready() async throws -> Response {
        async let auth = answers { try await backends.auth.authenticateKey(.with { $0.key = "ready" }, $0) }
        async let workspace = answers { try await backends.workspace.list(.init(), $0) }
        async let tracking = answers { try await backends.tracking.locate(.init(), $0) }
        async let artifact = answers { try await backends.artifact.get(.init(), $0) }
        let states = await [("auth", auth), ("workspace", workspace), ("tracking", tracking), ("artifact", artifact)]
        var reply = Reply.json { writer in
            writer.object { writer in
                for (name, isUp) in states { writer.member(name, isUp ? "ready" : "unreachable") }
            }
        }
        if states.contains(where: { !$0.1 }) { reply.status = .serviceUnavailable }
        return reply
    }

    /// Nobody's call is refused by whoever is there, and only by them.
    private func answers(_ call: @Sendable (CallContext) async throws -> some Sendable) async -> Bool {
        do {
            _ = try await call(CallContext(deadline: Self.wait, trace: "readyz"))
            return true
        } catch let failure as Failure {
            return ![.unavailable, .deadline, .bug].contains(failure.code)
        } catch {
            return false
        }
    }
}

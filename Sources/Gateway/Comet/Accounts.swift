import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages
import WorkspaceClient

/// Who am I, and may I come in without an account?
struct Accounts: Sendable {
    let gateway: Gateway

    func register(in router: Router<EdgeContext>) {
        router.post("api/auth/anonymous-user") { _, _ -> Response in
            throw Failure(.invalid, "This server has no anonymous accounts.", reason: "anonymous_refused")
        }
        router.get("api/auth/anonymous/is-active") { _, _ in
            Reply.json { writer in
                writer.object { writer in
                    writer.member("active", false)
                    writer.member("sdk_error_code", 7_000_007)
                }
            }
        }
    }

    func registerREST(in routes: RouterGroup<EdgeContext>) {
        routes.cometGet("account-details", gateway) { _, caller, context, _ in
            try await details(caller, caller.call(context))
        }
    }

    private func details(_ caller: Caller, _ call: CallContext) async throws -> Response {
        var workspace = ""
        do throws(Failure) {
            workspace = try await gateway.backends.workspace.find(.init(), call).workspace.name
        } catch {
            // An account without any workspace is one all the same.
            guard error.code == .notFound || error.code == .invalid else { throw error }
        }
        return Reply.json { writer in
            writer.object { writer in
                writer.member("userName", caller.name)
                writer.member("defaultWorkspaceName", workspace)
            }
        }
    }
}

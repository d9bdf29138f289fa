import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import WireMessages
import WorkspaceClient

/// The workspaces of an account (comet-rest §2).
struct RESTAccount: Sendable {
    let gateway: Gateway

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.on(.get, "workspaces", gateway, workspaces)
        routes.on(.post, "write/workspace/new", gateway, create)
    }

    private func workspaces(_ rest: RESTCall) async throws -> Response {
        let workspaces = try await gateway.backends.workspace.list(.init(), rest.call).workspaces
        return Reply.json { writer in
            writer.object { writer in
                writer.key("workspaceNames")
                writer.array(workspaces) { $0.string($1.name) }
            }
        }
    }

    private func create(_ rest: RESTCall) async throws -> Response {
        let name = try await rest.body().string("name")
        let made = try await gateway.backends.workspace.create(.with { $0.name = name }, rest.call).workspace
        gateway.authenticator.forget(rest.caller.principal)
        return Reply.json { writer in
            writer.object { writer in
                writer.member("msg", "ok")
                writer.member("workspace_name", made.name)
                writer.member("workspace_id", CometID.text(made.id))
                writer.member("code", 200)
            }
        }
    }
}

import AuthClient
import Foundation
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import WireMessages

/// `/sessions`: where one is signed in, and signing out elsewhere.
extension SessionRoutes {
    @Sendable func list(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let sessions = try await gateway.backends.auth.listSessions(.init(), caller.call(context)).sessions
        return Reply.json { writer in
            writer.object { writer in
                writer.key("sessions")
                writer.array(sessions) { $0.session($1) }
            }
        }
    }

    @Sendable func end(_ request: Request, _ context: EdgeContext) async throws -> Response {
        guard let id = ID<Model.Credential>(try context.part("id")) else {
            throw Failure(.notFound, "You have no such session.")
        }
        return try await end(.with { $0.id = Data(id.bytes) }, request, context)
    }

    @Sendable func endOthers(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await end(.init(), request, context)
    }

    private func end(_ q: EndSessionsRequest, _ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let ended = try await gateway.backends.auth.endSessions(q, caller.call(context))
        gateway.authenticator.forget(caller.principal)
        return Reply.json { $0.object { $0.member("ended", Int64(ended.count)) } }
    }
}

extension JSONWriter {
    fileprivate mutating func session(_ session: SessionRecord) {
        object { writer in
            writer.member("id", ID<Model.Credential>(bytes: session.id)?.text ?? "")
            writer.member("is_this", session.isThis)
            writer.time("created_ms", session.createdMs)
            writer.time("seen_ms", session.seenMs)
            writer.time("expires_ms", session.expiresMs)
            writer.member("address", session.address)
            writer.member("client", session.client)
        }
    }
}

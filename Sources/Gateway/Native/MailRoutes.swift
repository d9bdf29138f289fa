import AuthClient
import Foundation
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// `/email`, one's own address; `/password/reset`, for who has forgotten it; and `/mail`, for administrators of the
/// instance.
struct MailRoutes: Sendable {
    /// A relay is given twenty seconds.
    static let testWait: Duration = .seconds(30)

    let gateway: Gateway
    let visitors: Visitors

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("email", use: showEmail)
        routes.put("email", use: changeEmail)
        routes.post("password/reset", use: requestReset)
        routes.get("mail", use: list)
        routes.post("mail/test", use: test)
        routes.post("mail/:id/retry", use: retry)
    }

    @Sendable private func showEmail(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let found = try await gateway.backends.auth.showEmail(.init(), caller.call(context))
        return Reply.json { writer in
            writer.object { writer in
                writer.member("email", found.email)
                writer.member("confirmed", found.confirmed)
                writer.member("waiting", found.waiting)
            }
        }
    }

    /// Nothing has changed yet: a link is on the way.
    @Sendable private func changeEmail(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let body = try await RequestBytes.document(request, bytesMax: SessionRoutes.bodyBytesMax)
        let email = try body.text("email")
        try await gateway.backends.auth.changeEmail(.with { $0.email = email }, caller.call(context))
        return Reply.json(status: .accepted) { $0.object { _ in } }
    }

    /// The same answer whoever that is.
    @Sendable private func requestReset(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try Visitors.refuseOtherSites(request)
        let body = try await RequestBytes.document(request, bytesMax: SessionRoutes.bodyBytesMax)
        let (name, address) = (try body.string("name"), context.address)
        try await gateway.backends.auth.requestReset(
            .with { ($0.name, $0.address) = (name, address) },
            CallContext(deadline: SessionRoutes.signInWait, trace: context.requestID))
        return Reply.json(status: .accepted) { $0.object { _ in } }
    }

    /// `?state=dead` leaves only what was given up.
    @Sendable private func list(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.reader(request, context)
        let isDeadOnly = try Query(request)["state"] == "dead"
        let found = try await gateway.backends.auth.showMail(.with { $0.deadOnly = isDeadOnly }, caller.call(context))
        return Reply.json { writer in
            writer.object { writer in
                writer.member("configured", found.configured)
                writer.member("relay", found.relay)
                writer.member("sender", found.sender)
                writer.key("mails")
                writer.array(found.mails) { $0.mail($1) }
            }
        }
    }

    @Sendable private func retry(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let id = try Data(idText: try context.part("id"), "mail")
        _ = try await gateway.backends.auth.retryMail(.with { $0.id = id }, caller.call(context))
        return Reply.json { $0.object { _ in } }
    }

    @Sendable private func test(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await visitors.writer(request, context)
        let body = try await RequestBytes.document(request, bytesMax: SessionRoutes.bodyBytesMax)
        let recipient = try body.string("recipient")
        let tested = try await gateway.backends.auth.testMail(
            .with { $0.recipient = recipient }, caller.call(context, deadline: Self.testWait))
        return Reply.json { writer in
            writer.object { writer in
                writer.member("sent", tested.sent)
                writer.member("problem", tested.problem)
            }
        }
    }
}

extension JSONWriter {
    fileprivate mutating func mail(_ mail: MailRecord) {
        object { writer in
            writer.member("id", mail.id.idText)
            writer.member("kind", mail.kind)
            writer.member("recipient", mail.recipient)
            writer.member("state", mail.state)
            writer.member("attempts", Int64(mail.attempts))
            writer.member("problem", mail.problem)
            writer.time("created_ms", mail.createdMs)
            writer.time("due_ms", mail.state == "queued" ? mail.dueMs : 0)
            writer.time("sent_ms", mail.sentMs)
        }
    }
}

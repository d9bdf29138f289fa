import AuthClient
import Foundation
import Hummingbird
import Model
import SwiftProtobuf
import WireMessages

/// `/admin/mail`: whether mail works, and what was not taken.
struct MailPages: Sendable {
    struct Line {
        let id: String
        let kind: String
        let recipient: String
        let state: String
        let problem: String
        let attempts: Int
        let created: Moment?
        let isDead: Bool
    }

    static let path = "/admin/mail"
    private static let shownMax = 100

    let shell: SettingsShell
    private var gateway: Gateway { shell.site.gateway }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("admin/mail", use: show)
        routes.post("admin/mail/test", use: test)
        routes.post("admin/mail/:id/retry", use: retry)
    }

    @Sendable private func show(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await shell.visitor(request, context)
        return try await page(caller, context)
    }

    private func page(
        _ caller: Caller, _ context: EdgeContext, said: String? = nil, recipient: String = "", problem: Failure? = nil
    ) async throws -> Response {
        let found = try await gateway.backends.auth.showMail(.init(), caller.call(context))
        let dead = found.mails.filter { $0.state == "dead" }
        // What did not go stands first.
        let shown = (dead + found.mails.filter { $0.state != "dead" }).prefix(Self.shownMax)
        var model: [String: Any] = [
            "isConfigured": found.configured, "relay": found.relay, "sender": found.sender, "deadCount": dead.count,
            "hasDead": !dead.isEmpty, "mails": shown.map(Self.line), "hasMails": !shown.isEmpty,
            "recipient": recipient,
        ]
        model["said"] = said
        if let last = found.mails.compactMap({ $0.sentMs > 0 ? $0.sentMs : nil }).max() { model["last"] = Moment(last) }
        return try await shell.page(
            "settings-mail", title: "Mail", path: Self.path, caller: caller, context, problem: problem, model)
    }

    @Sendable private func test(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (form, caller) = try await shell.form(request, context)
        let recipient = form["recipient"]
        let testing = try await SettingsShell.outcome {
            try await gateway.backends.auth.testMail(
                .with { $0.recipient = recipient }, caller.call(context, deadline: MailRoutes.testWait))
        }
        switch testing {
        case .success(let tested) where tested.sent:
            return try await page(caller, context, said: "The relay has taken a mail to \(recipient).")
        case .success(let tested):
            let problem = Failure(.unavailable, "The relay did not take it. \(tested.problem)")
            return try await page(caller, context, recipient: recipient, problem: problem)
        case .failure(let problem):
            return try await page(caller, context, recipient: recipient, problem: problem)
        }
    }

    @Sendable private func retry(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (_, caller) = try await shell.form(request, context)
        let id = try Data(idText: try context.part("id"), "mail")
        let retrying = try await SettingsShell.outcome {
            try await gateway.backends.auth.retryMail(.with { $0.id = id }, caller.call(context))
        }
        switch retrying {
        case .success: return Site.redirect(to: Self.path)
        case .failure(let problem): return try await page(caller, context, problem: problem)
        }
    }

    private static let kinds = [
        "reset": "new password", "confirmation": "confirmation of an address", "invitation": "invitation",
        "setup": "new account", "notice.key.expires": "key about to expire",
    ]

    private static func line(_ mail: MailRecord) -> Line {
        let isDead = mail.state == "dead"
        let state = mail.state == "queued" ? "waits" : isDead ? "given up" : "sent"
        return Line(
            id: mail.id.idText, kind: kinds[mail.kind] ?? "notice", recipient: mail.recipient, state: state,
            problem: mail.problem, attempts: Int(mail.attempts), created: Moment(mail.createdMs), isDead: isDead)
    }
}

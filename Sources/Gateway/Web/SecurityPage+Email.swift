import AuthClient
import Foundation
import Hummingbird
import Model
import SwiftProtobuf
import WireMessages

/// One's address, and the link that shows it is one's own.
extension SecurityPage {
    /// What the page says of it; nothing to who must set up a second factor first.
    func email(of caller: Caller, _ context: EdgeContext) async -> [String: Any] {
        guard let found = try? await gateway.backends.auth.showEmail(.init(), caller.call(context)) else { return [:] }
        return [
            "email": found.email, "emailConfirmed": found.confirmed, "emailWaiting": found.waiting,
            "hasEmail": !found.email.isEmpty, "isWaiting": !found.waiting.isEmpty, "hasMail": found.mailConfigured,
            "showsEmail": true,
        ]
    }

    @Sendable func changeEmail(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (caller, form) = try await writer(request, context)
        let email = form["email"]
        let changing = try await SettingsShell.outcome {
            try await gateway.backends.auth.changeEmail(.with { $0.email = email }, caller.call(context))
        }
        switch changing {
        case .success: return Site.redirect(to: Self.path + "?said=email")
        case .failure(let problem): return try await page(caller, context, problem: problem, of: "email")
        }
    }
}

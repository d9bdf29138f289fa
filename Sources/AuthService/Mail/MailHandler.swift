import Egress
import Foundation
import Mail
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct MailHandler: Sendable {
    let mails: Mails
    let emails: Emails
    let resets: Resets

    func requestReset(_ q: RequestResetRequest, _ call: Call) async throws -> Empty {
        try await resets.request(q.name, from: q.address.plain(100))
        return Empty()
    }

    func showEmail(_ q: ShowEmailRequest, _ call: Call) async throws -> ShowEmailResponse {
        let found = try await emails.show(as: call.requireAccess())
        return ShowEmailResponse.with {
            ($0.email, $0.confirmed, $0.waiting) = (found.email, found.isConfirmed, found.waiting)
            $0.mailConfigured = mails.settings != nil
        }
    }

    func changeEmail(_ q: ChangeEmailRequest, _ call: Call) async throws -> Empty {
        try await emails.change(to: q.email, as: call.requireAccess())
        return Empty()
    }

    func confirmEmail(_ q: ConfirmEmailRequest, _ call: Call) async throws -> ConfirmEmailResponse {
        let email = try await emails.confirm(q.token, from: q.address.plain(100))
        return ConfirmEmailResponse.with { $0.email = email }
    }

    func showMail(_ q: ShowMailRequest, _ call: Call) async throws -> ShowMailResponse {
        let found = try await mails.list(deadOnly: q.deadOnly, as: call.requireAccess())
        return ShowMailResponse.with {
            if let settings = mails.settings {
                $0.configured = true
                ($0.relay, $0.sender) = (settings.relay.settings.place, settings.sender.address.text)
            }
            $0.mails = found.map(MailRecord.init)
        }
    }

    func retry(_ q: RetryMailRequest, _ call: Call) async throws -> RetryMailResponse {
        let id = try ID<QueuedMail>.optional(q.id, "mail")
        let count = try await mails.retry(id?.uuid, as: call.requireAccess())
        return RetryMailResponse.with { $0.count = UInt32(count) }
    }

    func test(_ q: TestMailRequest, _ call: Call) async throws -> TestMailResponse {
        let problem = try await mails.test(q.recipient, as: call.requireAccess())
        return TestMailResponse.with { ($0.sent, $0.problem) = (problem == nil, problem ?? "") }
    }
}

extension MailRecord {
    fileprivate init(_ mail: QueuedMail) {
        self.init()
        id = ID<QueuedMail>(mail.id).wire
        (kind, recipient, state) = (mail.kind, mail.recipient, mail.state.rawValue)
        (attempts, problem) = (UInt32(clamping: mail.attempts), mail.problem)
        (createdMs, dueMs, sentMs) = (mail.createdAt.wire, mail.dueAt.wire, mail.sentAt.wire)
    }
}

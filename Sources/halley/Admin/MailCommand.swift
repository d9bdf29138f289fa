import ArgumentParser
import AuthClient
import Daemon
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct MailCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mail", abstract: "Mail that waits, was sent or was given up.",
        subcommands: [List.self, Retry.self, Test.self], defaultSubcommand: List.self)
}

extension MailCommand {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "The mail of the last month, the newest first; never what is in it.")

        @Flag(help: "Only what was given up.")
        var dead = false

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("mail list") { session in
                let found = try await session.auth.showMail(.with { $0.deadOnly = dead }, session.context)
                try options.show(
                    TextTable(
                        headings: ["TO", "KIND", "STATE", "SINCE", "TRIED", "PROBLEM", "ID"],
                        rows: found.mails.map {
                            [
                                $0.recipient, $0.kind, $0.state, TextTable.time(milliseconds: $0.createdMs),
                                "\($0.attempts)", $0.problem, $0.idText,
                            ]
                        }), found.mails.map(Shown.init))
                if !found.configured, !options.json { print("No mail is sent: HALLEY_SMTP_URL is not set.") }
            }
        }

        private struct Shown: Encodable {
            let id, kind, recipient, state, problem: String
            let attempts: UInt32
            let createdMs: Int64
            let sentMs: Int64?

            init(_ mail: MailRecord) {
                (id, kind, recipient, state) = (mail.idText, mail.kind, mail.recipient, mail.state)
                (problem, attempts, createdMs) = (mail.problem, mail.attempts, mail.createdMs)
                sentMs = mail.sentMs > 0 ? mail.sentMs : nil
            }

            enum CodingKeys: String, CodingKey {
                case id, kind, recipient, state, problem, attempts
                case createdMs = "created_ms"
                case sentMs = "sent_ms"
            }
        }
    }

    struct Retry: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Try again to send what was given up.",
            discussion: "All of it, or the mail of one id. A mail with a link is sent while the link is good.")

        @Argument(help: "The mail's id, as `mail list` shows it.")
        var id: String?

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("mail retry") { session in
                let mail = try id.map { text throws(Failure) in
                    guard let id = UUID(uuidString: text) else {
                        throw Failure(.invalid, "\"\(text)\" is no id. `halley admin mail list` shows them.")
                    }
                    return withUnsafeBytes(of: id.uuid) { Data($0) }
                }
                let count = try await session.auth.retryMail(.with { $0.id = mail ?? Data() }, session.context).count
                print(options.json ? try AdminOptions.text(["count": count]) : "\(count) will be tried again.")
            }
        }
    }

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send a mail now, and say what the relay answered.",
            discussion: "From the machine of the server, past the queue. Ends with status 2 when it is not taken.")

        @Argument(help: "Where to.")
        var address: String

        @OptionGroup var options: AdminOptions

        func run() async throws {
            var isSent = false
            try await options.asOperator("mail test") { session in
                let tested = try await session.auth.testMail(.with { $0.recipient = address }, session.context)
                isSent = tested.sent
                let text = isSent ? "The relay has taken a mail to \(address)." : "Not sent. \(tested.problem)"
                print(options.json ? try AdminOptions.text(Shown(sent: isSent, problem: tested.problem)) : text)
            }
            if !isSent { throw ExitCode(2) }
        }

        private struct Shown: Encodable {
            let sent: Bool
            let problem: String
        }
    }
}

extension MailRecord {
    fileprivate var idText: String { ID<MailRecord>(bytes: id)?.text ?? "" }
}

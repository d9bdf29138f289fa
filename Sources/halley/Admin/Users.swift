import ArgumentParser
import AuthClient
import Daemon
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct Users: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Accounts of people.",
        subcommands: [
            List.self, Create.self, ResetLink.self, Deactivate.self, Reactivate.self, DropFactor.self,
        ], defaultSubcommand: List.self)
}

extension Users {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Every account, with its role on the instance.")

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("users list") { session in
                let members = try await session.auth.listMembers(.init(), session.context).members
                try options.show(
                    TextTable(
                        headings: ["NAME", "ROLE", "E-MAIL", "SINCE", "ID"],
                        rows: members.map {
                            [
                                $0.name, $0.role + ($0.provider.isEmpty ? "" : " through \($0.provider)"), $0.email,
                                TextTable.time(milliseconds: $0.sinceMs),
                                ID<Account>(bytes: $0.principalID)?.text ?? "",
                            ]
                        }), members.map(Shown.init))
            }
        }

        private struct Shown: Encodable {
            let id: String
            let name: String
            let email: String
            let role: String
            /// Whose group brings the role; `nil`: it was given by hand.
            let provider: String?
            let sinceMs: Int64

            init(_ member: MemberRecord) {
                id = ID<Account>(bytes: member.principalID)?.text ?? ""
                (name, email, role, sinceMs) = (member.name, member.email, member.role, member.sinceMs)
                provider = member.provider.isEmpty ? nil : member.provider
            }

            enum CodingKeys: String, CodingKey {
                case id, name, email, role, provider
                case sinceMs = "since_ms"
            }
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make an account, and print the link that sets its first password.",
            discussion: "The link works once, within 7 days. Whoever has it signs in as the new person.")

        @Argument(help: "How the person is called; it is what they sign in with.")
        var name: String

        @Option(help: "An e-mail address, which they can sign in with as well.")
        var email = ""

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("users create") { session in
                let made = try await session.auth.createAccount(
                    .with { ($0.name, $0.email) = (name, email) }, session.context)
                let link = session.baseURL + "/setup/" + made.setupToken
                let account = OneTimeLink(
                    id: ID<Account>(bytes: made.id)?.text ?? "", name: name, link: link, mailed: made.mailed)
                print(options.json ? try AdminOptions.text(account) : account.text)
            }
        }
    }
}

/// What is handed to a person to choose a password.
struct OneTimeLink: Encodable {
    let id: String
    let name: String
    let link: String
    /// Whether it is on the way to their address as well.
    let mailed: Bool

    var text: String {
        """
        \(name) chooses a password here, once and within 7 days\(mailed ? " (it was mailed to them, too)" : ""):
          \(link)
        """
    }

    enum CodingKeys: String, CodingKey {
        case id, name, mailed
        case link = "setup_link"
    }
}

extension MemberRecord {
    /// As the API calls it.
    fileprivate var role: String { Role(grant.role)?.rawValue ?? "unknown" }
}

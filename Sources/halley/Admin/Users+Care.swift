import ArgumentParser
import AuthClient
import Daemon
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

extension Users {
    struct ResetLink: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "reset-link", abstract: "Print a link with which somebody sets a new password.",
            discussion: """
                The link works once, within 30 minutes, and makes those before it void. The present password goes on \
                until the link is used; then all sessions of the account end.
                """)

        @Argument(help: "The account's name.")
        var name: String

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("users reset-link") { session in
                let account = try await session.account(name)
                let made = try await session.auth.createResetLink(.with { $0.id = account.id }, session.context)
                let link = session.baseURL + "/setup/" + made.token
                let text = "\(account.name) sets a new password here, once and within 30 minutes:\n  \(link)"
                print(options.json ? try AdminOptions.text(["name": account.name, "reset_link": link]) : text)
            }
        }
    }

    struct Deactivate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put an account out of use: its sessions, keys and links end.",
            discussion:
                "What the person has logged stays. `reactivate` takes the account back into use, without its keys.")

        @Argument(help: "The account's name.")
        var name: String

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.setActive(false, name, "users deactivate")
        }
    }

    struct Reactivate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take an account back into use. Its old keys and sessions stay dead.")

        @Argument(help: "The account's name.")
        var name: String

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.setActive(true, name, "users reactivate")
        }
    }
}

extension AdminOptions {
    fileprivate func setActive(_ isActive: Bool, _ name: String, _ purpose: String) async throws {
        try await asOperator(purpose) { session in
            let account = try await session.account(name)
            _ = try await session.auth.setAccountActive(
                .with { ($0.id, $0.isActive) = (account.id, isActive) }, session.context)
            let text = "\(account.name) is \(isActive ? "in use again" : "out of use, and signed out everywhere")."
            print(json ? "{}" : text)
        }
    }
}

extension OperatorSession {
    /// The person of this name. Throws `.notFound` when there is none.
    func account(_ name: String) async throws(Failure) -> AccountRecord {
        let found = try await auth.findAccounts(.with { $0.name = name }, context).accounts
        guard let account = found.first else {
            throw Failure(.notFound, "There is no account named \"\(name)\". `halley admin users` lists them.")
        }
        return account
    }
}

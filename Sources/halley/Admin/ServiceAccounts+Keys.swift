import ArgumentParser
import AuthClient
import Daemon
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

extension ServiceAccounts {
    struct ListKeys: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "keys", abstract: "The keys of a service account, dead ones too.")

        @Argument(help: "The service account's name.")
        var name: String

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("service-accounts keys") { session in
                try await options.showKeys(of: session.serviceAccount(name), session)
            }
        }
    }

    struct CreateKey: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create-key", abstract: "Make a key for a service account, and print it, this once.",
            discussion: """
                The key carries the address of the server, so that it is all a client needs. Limits to workspaces and \
                projects are set where the key is made in a browser.
                """)

        @Argument(help: "The service account's name.")
        var account: String

        @Option(help: "How the key is called.")
        var name = "key"

        @Option(help: "For how many days it works, at most 3650.")
        var days: Int = 90

        @Option(
            name: .customLong("action"),
            help: "An action that it may do, such as log; several times for several. None: all that its account may.")
        var actions: [String] = []

        @Option(
            name: .customLong("from"),
            help: "A network that it may be used from, such as 10.1.0.0/16; several times for several.")
        var ranges: [String] = []

        @OptionGroup var options: AdminOptions

        func validate() throws {
            guard (1...3650).contains(days) else { throw ValidationError("--days is from 1 to 3650.") }
            let names = Action.allCases.map(\.rawValue)
            guard let unknown = actions.first(where: { !names.contains($0) }) else { return }
            throw ValidationError("There is no action \"\(unknown)\". There are: \(names.joined(separator: ", ")).")
        }

        func run() async throws {
            try await options.asOperator("service-accounts create-key") { session in
                let owner = try await session.serviceAccount(account)
                let end = Date().addingTimeInterval(Double(days) * 86_400).timeIntervalSince1970
                let asked = CreateKeyRequest.with {
                    ($0.name, $0.ownerID, $0.addressRanges) = (name, owner.id, ranges)
                    $0.expiresMs = Int64(end * 1000)
                    if !actions.isEmpty { $0.limits.actions = actions }
                }
                let made = try await session.auth.createKey(asked, session.context)
                let id = ID<Credential>(bytes: made.key.id)?.text ?? ""
                let text = "A key of \(owner.name), which is not shown again:\n  \(made.secret)"
                print(options.json ? try AdminOptions.text(["id": id, "name": name, "secret": made.secret]) : text)
            }
        }
    }

    struct RevokeKeys: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke-keys", abstract: "End all keys of a service account at once.",
            discussion: "`halley admin keys revoke ID` ends one of them.")

        @Argument(help: "The service account's name.")
        var name: String

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("service-accounts revoke-keys") { session in
                try await options.revokeAll(of: session.serviceAccount(name), session)
            }
        }
    }
}

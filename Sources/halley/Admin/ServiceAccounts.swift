import ArgumentParser
import AuthClient
import Daemon
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct ServiceAccounts: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service-accounts", abstract: "Service accounts of the instance: for machines, with keys alone.",
        discussion: """
            Those that belong to a workspace are looked after under its settings, by who manages its members: whoever \
            runs the machine has no way into workspaces. What a service account may do, roles say, which are given \
            there too.
            """,
        subcommands: [
            List.self, Create.self, Deactivate.self, Reactivate.self, ListKeys.self, CreateKey.self, RevokeKeys.self,
        ], defaultSubcommand: List.self)
}

extension ServiceAccounts {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Every service account of the instance.")

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("service-accounts list") { session in
                let found = try await session.serviceAccounts()
                try options.show(
                    TextTable(
                        headings: ["NAME", "STATE", "LAST SEEN", "WHAT FOR", "ID"],
                        rows: found.map {
                            [
                                $0.name, $0.state, TextTable.time(milliseconds: $0.lastSeenMs), $0.description_p,
                                $0.idText,
                            ]
                        }), found.map(Shown.init))
            }
        }

        private struct Shown: Encodable {
            let id: String
            let name: String
            let description: String
            let active: Bool
            let lastSeenMs: Int64?

            init(_ account: AccountRecord) {
                (id, name, description) = (account.idText, account.name, account.description_p)
                active = account.deactivatedMs == 0
                lastSeenMs = account.lastSeenMs == 0 ? nil : account.lastSeenMs
            }

            enum CodingKeys: String, CodingKey {
                case id, name, description, active
                case lastSeenMs = "last_seen_ms"
            }
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a service account of the instance. It may do nothing until it is given a role.")

        @Argument(help: "How it is called.")
        var name: String

        @Option(help: "What it is for.")
        var description = ""

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("service-accounts create") { session in
                let made = try await session.auth.createServiceAccount(
                    .with { ($0.name, $0.description_p) = (name, description) }, session.context)
                let id = ID<Account>(bytes: made.id)?.text ?? ""
                let text = """
                    \(name) is made; its id is \(id). Give it a role, and a key:
                      halley admin service-accounts create-key \(name)
                    """
                print(options.json ? try AdminOptions.text(["id": id, "name": name]) : text)
            }
        }
    }

    struct Deactivate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a service account out of use: its keys end, and do not come back.")

        @Argument(help: "The service account's name.")
        var name: String

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.setActive(false, name, "service-accounts deactivate")
        }
    }

    struct Reactivate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a service account back into use. It needs new keys.")

        @Argument(help: "The service account's name.")
        var name: String

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.setActive(true, name, "service-accounts reactivate")
        }
    }
}

extension AdminOptions {
    fileprivate func setActive(_ isActive: Bool, _ name: String, _ purpose: String) async throws {
        try await asOperator(purpose) { session in
            let account = try await session.serviceAccount(name)
            try await session.auth.setAccountActive(
                .with { ($0.id, $0.isActive) = (account.id, isActive) }, session.context)
            let text = "\(account.name) is \(isActive ? "in use again" : "out of use, and its keys have ended")."
            print(json ? "{}" : text)
        }
    }
}

extension OperatorSession {
    func serviceAccounts() async throws(Failure) -> [AccountRecord] {
        // They come with the first page of people, which is as short as can be.
        try await auth.listAccounts(.with { $0.limit = 1 }, context).accounts.filter { $0.kind == .serviceAccount }
    }

    /// Throws `.notFound` when the instance has none of that name.
    func serviceAccount(_ name: String) async throws(Failure) -> AccountRecord {
        guard let found = try await serviceAccounts().first(where: { $0.name.lowercased() == name.lowercased() }) else {
            throw Failure(
                .notFound,
                "The instance has no service account \"\(name)\". `halley admin service-accounts` lists them; "
                    + "those of a workspace are under its settings.")
        }
        return found
    }
}

extension AccountRecord {
    fileprivate var idText: String { ID<Account>(bytes: id)?.text ?? "" }
    fileprivate var state: String { deactivatedMs > 0 ? "out of use" : "in use" }
}

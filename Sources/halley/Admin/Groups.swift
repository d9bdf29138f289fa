import ArgumentParser
import AuthClient
import Daemon
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct Groups: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Groups of the instance, and who is in them.",
        discussion: """
            What a group may, its members may. Those of a workspace are looked after under its settings; those that a \
            provider keeps are changed at the provider.
            """,
        subcommands: [List.self, Members.self, Create.self, Add.self, Remove.self, Delete.self],
        defaultSubcommand: List.self)
}

extension Groups {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Every group of the instance.")

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("groups list") { session in
                let found = try await session.groups().map(Shown.init)
                let rows = found.map { [$0.name, "\($0.members)", $0.provider ?? "by hand", $0.description, $0.id] }
                try options.show(
                    TextTable(headings: ["NAME", "MEMBERS", "KEPT", "WHAT FOR", "ID"], rows: rows), found)
            }
        }

        private struct Shown: Encodable {
            let id: String
            let name: String
            let description: String
            let members: UInt32
            /// That keeps it; `nil`: it was made by hand.
            let provider: String?

            init(_ group: AccountRecord) {
                id = ID<Account>(bytes: group.id)?.text ?? ""
                (name, description, members) = (group.name, group.description_p, group.members)
                provider = group.provider.isEmpty ? nil : group.provider
            }
        }
    }

    struct Members: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Who is in a group.")

        @Argument(help: "The group's name.")
        var group: String

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("groups members") { session in
                let id = try await session.group(group).id
                let found = try await session.auth.listGroupMembers(.with { $0.id = id }, session.context).members
                try options.show(
                    TextTable(
                        headings: ["NAME", "E-MAIL", "ID"],
                        rows: found.map { [$0.name, $0.email, ID<Account>(bytes: $0.id)?.text ?? ""] }),
                    found.map { ["id": ID<Account>(bytes: $0.id)?.text ?? "", "name": $0.name, "email": $0.email] })
            }
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a group. It may do nothing until it is given a role.")

        @Argument(help: "How it is called.")
        var name: String

        @Option(help: "What it is for.")
        var description = ""

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("groups create") { session in
                let made = try await session.auth.createGroup(
                    .with { ($0.name, $0.description_p) = (name, description) }, session.context)
                let id = ID<Account>(bytes: made.id)?.text ?? ""
                print(
                    options.json
                        ? try AdminOptions.text(["id": id, "name": name]) : "\(name) is made; its id is \(id).")
            }
        }
    }

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Put somebody into a group.")

        @Argument(help: "The group's name.")
        var group: String

        @Argument(help: "A person's user name or address.")
        var who: String

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("groups add") { session in
                let (id, member) = (try await session.group(group).id, try await session.member(who))
                try await session.auth.changeGroup(
                    .with { ($0.id, $0.addIds) = (id, [member.id]) }, session.context)
                print(options.json ? "{}" : "\(member.name) is in \(group).")
            }
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take somebody out of a group.")

        @Argument(help: "The group's name.")
        var group: String

        @Argument(help: "A person's user name or address.")
        var who: String

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("groups remove") { session in
                let (id, member) = (try await session.group(group).id, try await session.member(who))
                try await session.auth.changeGroup(
                    .with { ($0.id, $0.removeIds) = (id, [member.id]) }, session.context)
                print(options.json ? "{}" : "\(member.name) is not in \(group).")
            }
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete a group, and what was granted to it. The accounts stay.")

        @Argument(help: "The group's name.")
        var group: String

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("groups delete") { session in
                let id = try await session.group(group).id
                try await session.auth.deleteGroup(.with { $0.id = id }, session.context)
                print(options.json ? "{}" : "\(group) is deleted.")
            }
        }
    }
}

extension OperatorSession {
    fileprivate func groups() async throws(Failure) -> [AccountRecord] {
        // They come with the first page of people, which is as short as can be.
        try await auth.listAccounts(.with { $0.limit = 1 }, context).accounts.filter { $0.kind == .group }
    }

    fileprivate func group(_ name: String) async throws(Failure) -> AccountRecord {
        guard let found = try await groups().first(where: { $0.name.lowercased() == name.lowercased() }) else {
            throw Failure(.notFound, "The instance has no group \"\(name)\". `halley admin groups` lists them.")
        }
        return found
    }

    fileprivate func member(_ who: String) async throws(Failure) -> AccountRecord {
        let found = try await auth.findAccounts(.with { ($0.name, $0.email) = (who, who) }, context).accounts
        guard let account = found.first else {
            throw Failure(.notFound, "There is no account \"\(who)\". `halley admin users` lists them.")
        }
        return account
    }
}

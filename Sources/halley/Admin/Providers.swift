import ArgumentParser
import AuthClient
import Daemon
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct Providers: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "providers", abstract: "Providers of single sign-on.",
        discussion: """
            They are added and changed under /admin/providers, where their client secrets are typed in; here one sees \
            and tests them, and switches them off when nobody can sign in any more.
            """,
        subcommands: [List.self, Show.self, Test.self, Enable.self, Disable.self, Remove.self, Tokens.self],
        defaultSubcommand: List.self)
}

extension Providers {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Every provider, and how many accounts are joined to it.")

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("providers list") { session in
                let providers = try await session.auth.listProviders(.init(), session.context).providers
                try options.show(
                    TextTable(
                        headings: ["LABEL", "KIND", "STATE", "ACCOUNTS", "WHERE", "ID"],
                        rows: providers.map {
                            [$0.label, $0.kind.text, $0.state, "\($0.identities)", $0.place, $0.idText]
                        }), providers.map(ShownProvider.init))
            }
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "All about one provider but its client secret, which nobody is told.")

        @Argument(help: "The provider's label, or its id.")
        var provider: String

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("providers show") { session in
                let shown = ShownProvider(try await session.provider(provider))
                print(options.json ? try AdminOptions.text(shown) : shown.text)
            }
        }
    }

    struct Test: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Ask a provider for what a sign-in needs of it.",
            discussion: "From the machine of the server, as a sign-in would. Ends with status 2 when something fails.")

        @Argument(help: "The provider's label, or its id.")
        var provider: String

        @OptionGroup var options: AdminOptions

        func run() async throws {
            var steps: [Step] = []
            try await options.asOperator("providers test") { session in
                let id = try await session.provider(provider).id
                steps = try await session.auth.testProvider(.with { $0.id = id }, session.context).steps.map {
                    Step(what: $0.what, works: $0.ok, problem: $0.ok ? nil : $0.message)
                }
                try options.show(
                    TextTable(
                        headings: ["WHAT", "FINDING"], rows: steps.map { [$0.what, $0.problem ?? "works"] }), steps)
            }
            if steps.contains(where: { !$0.works }) { throw ExitCode(2) }
        }

        private struct Step: Encodable {
            let what: String
            let works: Bool
            let problem: String?
        }
    }
}

extension OperatorSession {
    /// By id or, whatever its case, by label. Throws `.notFound`, or `.conflict` when several have that label.
    func provider(_ name: String) async throws(Failure) -> ProviderRecord {
        let all = try await auth.listProviders(.init(), context).providers
        if let found = all.first(where: { $0.idText == name.lowercased() }) { return found }
        let found = all.filter { $0.label.lowercased() == name.lowercased() }
        guard let first = found.first else {
            throw Failure(.notFound, "There is no provider \"\(name)\". `halley admin providers` lists them.")
        }
        guard found.count == 1 else {
            let ids = found.map(\.idText).joined(separator: ", ")
            throw Failure(.conflict, "Several providers are labelled \"\(name)\". Name one by its id: \(ids).")
        }
        return first
    }
}

import ArgumentParser
import AuthClient
import Daemon
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

extension Providers {
    struct Tokens: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "scim-token", abstract: "The tokens by which a provider keeps people and groups here (SCIM).",
            subcommands: [List.self, Create.self, Rotate.self, Revoke.self], defaultSubcommand: List.self)
    }
}

extension Providers.Tokens {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The tokens of a provider, dead ones too.")

        @Argument(help: "The provider's label, or its id.")
        var provider: String

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("providers scim-token list") { session in
                let id = try await session.provider(provider).id
                let keys = try await session.auth.listProvisioningKeys(
                    .with { $0.providerID = id }, session.context
                ).keys
                try options.show(keys)
            }
        }
    }

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a token, and print it, this once.",
            discussion: "The provider needs it beside the address of the server with /scim/v2 behind it.")

        @Argument(help: "The provider's label, or its id.")
        var provider: String

        @Option(help: "How the token is called.")
        var name = "scim"

        @Option(help: "For how many days it works, at most 3650.")
        var days: Int = 365

        @Option(
            name: .customLong("from"),
            help: "A network that it may be used from, such as 10.1.0.0/16; several times for several.")
        var ranges: [String] = []

        @OptionGroup var options: AdminOptions

        func validate() throws {
            guard (1...3650).contains(days) else { throw ValidationError("--days is from 1 to 3650.") }
        }

        func run() async throws {
            try await options.asOperator("providers scim-token create") { session in
                let found = try await session.provider(provider)
                let end = Date().addingTimeInterval(Double(days) * 86_400).timeIntervalSince1970
                let made = try await session.auth.createProvisioningKey(
                    .with {
                        ($0.providerID, $0.name, $0.addressRanges) = (found.id, name, ranges)
                        $0.expiresMs = Int64(end * 1000)
                    }, session.context)
                try options.show(made, of: found)
            }
        }
    }

    struct Rotate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a token in the place of another, which works on for a while.")

        @Argument(help: "The provider's label, or its id.")
        var provider: String

        @Argument(help: "The token's id, as `scim-token list` prints it.")
        var id: String

        @Option(help: "For how many hours the one before works on, at most 168.")
        var hours: Int = 24

        @OptionGroup var options: AdminOptions

        func validate() throws {
            guard (0...168).contains(hours) else { throw ValidationError("--hours is from 0 to 168.") }
        }

        func run() async throws {
            try await options.asOperator("providers scim-token rotate") { session in
                let (found, key) = (try await session.provider(provider), try Providers.Tokens.key(id))
                let made = try await session.auth.replaceProvisioningKey(
                    .with { ($0.providerID, $0.id, $0.graceMs) = (found.id, key, Int64(hours) * 3_600_000) },
                    session.context)
                try options.show(made, of: found)
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End a token. It is refused within a second.")

        @Argument(help: "The provider's label, or its id.")
        var provider: String

        @Argument(help: "The token's id, as `scim-token list` prints it.")
        var id: String

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("providers scim-token revoke") { session in
                let (found, key) = (try await session.provider(provider), try Providers.Tokens.key(id))
                try await session.auth.revokeProvisioningKey(
                    .with { ($0.providerID, $0.id) = (found.id, key) }, session.context)
                print(options.json ? "{}" : "The token is revoked.")
            }
        }
    }

    private static func key(_ text: String) throws(Failure) -> Data {
        guard let id = ID<Credential>(text) else {
            throw Failure(
                .invalid, "\"\(text)\" is no token's id. `halley admin providers scim-token list` prints them.")
        }
        return Data(id.bytes)
    }
}

extension AdminOptions {
    fileprivate func show(_ made: CreateKeyResponse, of provider: ProviderRecord) throws {
        let id = ID<Credential>(bytes: made.key.id)?.text ?? ""
        let text = "A SCIM token of \(provider.label), which is not shown again:\n  \(made.secret)"
        print(json ? try Self.text(["id": id, "name": made.key.name, "secret": made.secret]) : text)
    }
}

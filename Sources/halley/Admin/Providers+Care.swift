import ArgumentParser
import AuthClient
import Daemon
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

extension Providers {
    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Offer a provider on the sign-in page.")

        @Argument(help: "The provider's label, or its id.")
        var provider: String

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.setEnabled(true, provider, "providers enable")
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a provider from the sign-in page; the roles that its groups bring rest.",
            discussion: "Accounts, and what joins them to it, stay. Sessions that it has begun go on.")

        @Argument(help: "The provider's label, or its id.")
        var provider: String

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.setEnabled(false, provider, "providers disable")
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete a provider, with what joins accounts to it.",
            discussion: """
                Who has no password needs a link for one afterwards (`halley admin users reset-link`). It cannot be \
                undone: the same provider added anew knows nobody.
                """)

        @Argument(help: "The provider's label, or its id.")
        var provider: String

        @Flag(help: "Do it. Without, it is only said what would be lost.")
        var yes = false

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("providers remove") { session in
                let found = try await session.provider(provider)
                let accounts = "\(found.identities) \(found.identities == 1 ? "account" : "accounts")"
                guard yes else {
                    throw Failure(
                        .invalid,
                        "With \(found.label), \(accounts) would lose what joins them to it. Say --yes to remove it.")
                }
                try await session.auth.deleteProvider(.with { $0.id = found.id }, session.context)
                print(options.json ? "{}" : "\(found.label) is removed; \(accounts) lost what joined them to it.")
            }
        }
    }
}

extension AdminOptions {
    fileprivate func setEnabled(_ isEnabled: Bool, _ name: String, _ purpose: String) async throws {
        try await asOperator(purpose) { session in
            var provider = try await session.provider(name)
            provider.enabled = isEnabled
            let changed = try await session.auth.changeProvider(.with { $0.provider = provider }, session.context)
            let shown = ShownProvider(changed.provider)
            let text = "\(shown.label) is \(isEnabled ? "offered on" : "no longer offered on") the sign-in page."
            print(json ? try Self.text(shown) : text)
        }
    }
}

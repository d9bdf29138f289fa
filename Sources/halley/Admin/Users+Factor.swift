import ArgumentParser
import AuthClient
import Daemon
import SwiftProtobuf
import Wire
import WireMessages

extension Users {
    struct DropFactor: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take away the second factor of somebody who has lost it.",
            discussion: "They sign in with the password alone then, and all their sessions end. It is in the audit log."
        )

        @Argument(help: "The account's name.")
        var name: String

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("users drop-factor") { session in
                try await session.auth.dropFactor(.with { $0.name = name }, session.context)
                print(options.json ? "{}" : "\(name) has no second factor any more, and is signed out everywhere.")
            }
        }
    }
}

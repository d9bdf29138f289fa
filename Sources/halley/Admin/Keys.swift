import ArgumentParser
import AuthClient
import Daemon
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct Keys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "API keys of people and service accounts.",
        discussion: """
            Keys are made by their owners, under Settings: nobody makes one in another's name. Those of service \
            accounts: `halley admin service-accounts`.
            """,
        subcommands: [List.self, Revoke.self, RevokeAll.self])
}

extension Keys {
    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "The keys of one account, dead ones too.")

        @Option(help: "The account's name.")
        var of: String

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("keys list") { session in
                try await options.showKeys(of: session.account(of), session)
            }
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "End one key. It is refused within a second.")

        @Argument(help: "The key's id, as `halley admin keys list` prints it.")
        var id: String

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("keys revoke") { session in
                guard let key = ID<Credential>(id) else {
                    throw Failure(.invalid, "\"\(id)\" is no key's id. `halley admin keys list --of NAME` prints them.")
                }
                _ = try await session.auth.revokeKey(.with { $0.id = Data(key.bytes) }, session.context)
                print(options.json ? "{}" : "The key is revoked.")
            }
        }
    }

    struct RevokeAll: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke-all", abstract: "End all keys of one account at once.")

        @Option(help: "The account's name.")
        var of: String

        @OptionGroup var options: AdminOptions

        func run() async throws {
            try await options.asOperator("keys revoke-all") { session in
                try await options.revokeAll(of: session.account(of), session)
            }
        }
    }
}

/// A key as it is told, in the words of the API.
private struct ShownKey: Encodable {
    let id: String
    let name: String
    let hint: String
    let state: String
    let actions: [String]
    let lastAddress: String

    init(_ key: KeyRecord) {
        (id, name, hint, state) = (key.idText, key.name, key.hint, key.state)
        (actions, lastAddress) = (key.limits.actions, key.lastAddress)
    }

    enum CodingKeys: String, CodingKey {
        case id, name, hint, state, actions
        case lastAddress = "last_address"
    }
}

extension AdminOptions {
    func showKeys(of account: AccountRecord, _ session: OperatorSession) async throws {
        try show(try await session.auth.listKeys(.with { $0.ownerID = account.id }, session.context).keys)
    }

    func show(_ keys: [KeyRecord]) throws {
        try show(
            TextTable(
                headings: ["NAME", "KEY", "STATE", "EXPIRES", "LAST USED", "FROM", "ID"],
                rows: keys.map {
                    [
                        $0.name, $0.hint, $0.state, TextTable.time(milliseconds: $0.expiresMs),
                        TextTable.time(milliseconds: $0.lastUsedMs), $0.lastAddress, $0.idText,
                    ]
                }), keys.map(ShownKey.init))
    }

    func revokeAll(of account: AccountRecord, _ session: OperatorSession) async throws {
        let count = try await session.auth.revokeAllKeys(.with { $0.ownerID = account.id }, session.context).count
        let text = "\(count) \(count == 1 ? "key" : "keys") of \(account.name) revoked."
        print(json ? try Self.text(["revoked": count]) : text)
    }
}

extension KeyRecord {
    fileprivate var idText: String { ID<Credential>(bytes: id)?.text ?? "" }

    fileprivate var state: String {
        let now = Int64(Date().timeIntervalSince1970 * 1000)
        return revokedMs > 0 ? "revoked" : expiresMs <= now ? "expired" : "alive"
    }
}

import ArgumentParser
import Foundation
import Model

/// Keys of whoever runs this, over the network; `halley admin keys` is for those who look after the server.
struct OwnKeys: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Your API keys.", subcommands: [Create.self, List.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a key, approved in your browser, and print it once.",
            discussion: """
                A key never makes another, so this is approved in a browser as `halley login` is. For a training \
                script: --limit log --at WORKSPACE/PROJECT.
                """)

        @Argument(help: "What it is for.")
        var name: String

        @Option(help: "What it may do, of what you may: \(Self.actions). Several with commas; everything unless told.")
        var limit: String = ""

        @Option(help: "Where: a workspace, or workspace/project. Several with several --at; everywhere unless told.")
        var at: [String] = []

        @Option(help: "How long it works, as 30d, 12h or 45m. 90 days unless told.", transform: Lifetime.init)
        var expires: Lifetime?

        @Option(help: "The server; the one of `halley login` unless told.")
        var url: String?

        @Flag(help: "Print JSON.")
        var json = false

        private static let actions = Action.allCases.map(\.rawValue).joined(separator: ", ")

        func run() async throws {
            try await reportingFailures {
                let server = try RemoteServer(url ?? SavedLogin.read().url)
                let flow = DeviceFlow(server: server, people: .standardError)
                let actions = limit.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
                let issued = try await flow.key(
                    .init(name: name, actions: actions, places: at, seconds: expires?.seconds))
                try show(Shown(name: name, key: issued.accessToken, url: server.base, expiresIn: issued.expiresIn))
            }
        }

        private func show(_ key: Shown) throws {
            guard json else { return print(key.key) }
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            print(String(decoding: try encoder.encode(key), as: UTF8.self))
        }

        private struct Shown: Encodable {
            let name: String
            let key: String
            let url: String
            let expiresIn: Int64

            enum CodingKeys: String, CodingKey {
                case name, key, url
                case expiresIn = "expires_in"
            }
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Your keys, dead ones too.")

        @Flag(help: "Print JSON.")
        var json = false

        func run() async throws {
            try await reportingFailures {
                let saved = try SavedLogin.read()
                let answer = try await RemoteServer(saved.url).get("/api/v1/keys", key: saved.apiKey)
                guard answer.status == 200, let keys = answer.decode(Answer.self)?.keys else {
                    throw Failure(
                        .unauthenticated,
                        "\(saved.url) answered \(answer.status). Run `halley login \(saved.url)` again.")
                }
                if json { return print(String(decoding: answer.body, as: UTF8.self)) }
                let rows = keys.map { key in
                    [
                        key.name, key.hint, key.actions.isEmpty ? "all" : key.actions.joined(separator: ","),
                        TextTable.time(milliseconds: key.expires ?? 0), TextTable.time(milliseconds: key.lastUsed ?? 0),
                    ]
                }
                print(TextTable(headings: ["NAME", "KEY", "MAY", "EXPIRES", "LAST USED"], rows: rows).text)
            }
        }

        private struct Answer: Decodable {
            let keys: [Key]
        }

        private struct Key: Decodable {
            let name: String
            let hint: String
            let actions: [String]
            let expires: Int64?
            let lastUsed: Int64?

            enum CodingKeys: String, CodingKey {
                case name, hint, actions
                case expires = "expires_ms"
                case lastUsed = "last_used_ms"
            }
        }
    }
}

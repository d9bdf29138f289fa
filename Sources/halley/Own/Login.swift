import ArgumentParser
import Daemon
import Foundation
import Model

struct Login: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Get an API key for this machine, approved in your browser.",
        discussion: """
            Shows an address and a code. Open the address on any machine, compare the code and approve it; the key is \
            then kept in ~/.config/halley/login.json, which only you can read.
            """)

    @Argument(help: "The server, as https://halley.example.org.")
    var url: String

    @Option(help: "How long the key works, as 30d, 12h or 45m. 90 days unless told.", transform: Lifetime.init)
    var expires: Lifetime?

    @Flag(help: "Also write ~/.comet.config, where the comet_ml clients look. One that is there is left alone.")
    var comet = false

    func run() async throws {
        try await reportingFailures {
            let server = try RemoteServer(url)
            let flow = DeviceFlow(server: server, people: .standardOutput)
            let issued = try await flow.key(
                .init(name: "halley on \(ProcessInfo.processInfo.hostName)", seconds: expires?.seconds))
            try SavedLogin(url: server.base, apiKey: issued.accessToken).write()
            print("You are signed in at \(server.base). The key is in \(SavedLogin.file.path).")
            if comet { print(try CometConfig.write(key: issued.accessToken)) }
        }
    }
}

struct Logout: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "End the key that `halley login` got, and forget it.")

    func run() async throws {
        try await reportingFailures {
            let saved = try SavedLogin.read()
            let answer = try await RemoteServer(saved.url).post("/oauth/revoke", form: [("token", saved.apiKey)])
            guard answer.status == 200 else {
                throw Failure(.unavailable, "\(saved.url) answered \(answer.status); the key still works. Try again.")
            }
            SavedLogin.forget()
            print("Signed out of \(saved.url). The key no longer works.")
        }
    }
}

/// `30d`, `12h`, `45m`.
struct Lifetime {
    let seconds: Int64

    @Sendable init(_ text: String) throws {
        let units: [Character: Int64] = ["d": 86_400, "h": 3600, "m": 60]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int64(text.dropLast()), 1...1_000_000 ~= count
        else {
            throw ValidationError("\"\(text)\" is no time; write it as 30d, 12h or 45m.")
        }
        seconds = count * unit
    }
}

/// The file in which `comet_ml` looks for its key. The key names its server, so no other setting is needed.
enum CometConfig {
    static func write(key: String) throws(Failure) -> String {
        let file = SavedLogin.home.appending(path: ".comet.config")
        guard !FileManager.default.fileExists(atPath: file.path) else {
            return "\(file.path) is there already and was left alone. Put the key of login.json into it as api_key."
        }
        try PrivateFile.write(Data("[comet]\napi_key = \(key)\n".utf8), to: file.path)
        return "comet_ml scripts of this user log to it: \(file.path)."
    }
}

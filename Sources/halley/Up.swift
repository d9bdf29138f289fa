import ArgumentParser
import Daemon

struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Run everything: database, services, gateway.",
        discussion: """
            Makes a private PostgreSQL in the data folder unless HALLEY_DATABASE_URL names another, migrates it, and \
            keeps five service processes running. The first start prints a link to set the administrator's password \
            and an API key, and writes them to credentials.json in the data folder.
            """)

    @OptionGroup var options: Options

    func run() async throws {
        try await reportingFailures { try await Supervisor(try options.settings()).run() }
    }
}

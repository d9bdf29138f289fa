import ArgumentParser
import Daemon

struct Migrate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Bring the database to this release's schema.",
        discussion: "`up` does this by itself. Run it alone when the services are started one by one.")

    @OptionGroup var options: Options

    func run() async throws {
        try await reportingFailures {
            let settings = try options.settings()
            try DataFolder(settings.home).prepare()
            try SecretKeys.createMissing(in: settings.home)
            let applied = try await DatabaseAccess(settings).migrate(logger: settings.logger("migrate"))
            print(applied.isEmpty ? "Nothing to do." : "Applied:\n  " + applied.joined(separator: "\n  "))
        }
    }
}

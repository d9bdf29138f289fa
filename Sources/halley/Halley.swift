import ArgumentParser

@main
struct Halley: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "halley", abstract: "A platform for machine-learning teams.", version: Release.text,
        groupedSubcommands: [
            CommandGroup(name: "Running", subcommands: [Up.self, Migrate.self, Doctor.self, Version.self]),
            CommandGroup(name: "Looking after it", subcommands: [Admin.self]),
            CommandGroup(name: "Using it", subcommands: [Login.self, Logout.self, OwnKeys.self]),
            CommandGroup(name: "Measuring", subcommands: [Measure.self]),
            CommandGroup(
                name: "Single services",
                subcommands: [
                    Auth.self, Workspace.self, Tracking.self, Artifact.self, Edge.self, DigestPasswords.self,
                ]),
        ])
}

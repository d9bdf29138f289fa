import ArgumentParser

@main
struct Halley: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "halley", abstract: "A platform for machine-learning teams.")
}

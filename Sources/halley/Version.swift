import ArgumentParser

/// What runs here.
enum Release {
    static let text = "0.1.0"
}

struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Print the version.")

    func run() {
        print("halley \(Release.text)")
    }
}

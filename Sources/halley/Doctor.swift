import ArgumentParser
import Daemon

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check this installation and say what to do.",
        discussion: "Changes nothing. Ends with status 1 when something is wrong.")

    @OptionGroup var options: Options

    func run() async throws {
        try await reportingFailures {
            let findings = await Examination(try options.settings()).run()
            for finding in findings { print(finding) }
            if findings.contains(where: { $0.state == .wrong }) { throw ExitCode(1) }
        }
    }
}

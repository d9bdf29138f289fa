import ArgumentParser
import AuthService
import Daemon
import Egress
import Model

struct Doctor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Check this installation and say what to do.",
        discussion: "Changes nothing. Ends with status 1 when something is wrong.")

    @OptionGroup var options: Options

    func run() async throws {
        try await reportingFailures {
            let settings = try options.settings()
            let findings = await Examination(settings).run() + Self.mail(settings)
            for finding in findings { print(finding) }
            if findings.contains(where: { $0.state == .wrong }) { throw ExitCode(1) }
        }
    }

    /// Asks the relay for what sending needs, and sends nothing.
    private static func mail(_ settings: Settings) async -> [Finding] {
        do {
            guard let mail = try MailSettings(settings) else { return [] }
            try await mail.relay.check()
            return [Finding(.fine, "mail", "\(mail.relay.settings.place) takes it")]
        } catch let failure as Failure {
            return [Finding(.wrong, "mail", failure.message)]
        } catch let error as MailRelayError {
            return [Finding(.wrong, "mail", error.message)]
        } catch {
            return [Finding(.wrong, "mail", "\(error)")]
        }
    }
}

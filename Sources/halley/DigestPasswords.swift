import ArgumentParser
import Daemon

/// Started by the auth service, and of no use to anybody else.
struct DigestPasswords: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "digest-passwords", abstract: "Digest passwords for the auth service.", shouldDisplay: false)

    func run() {
        DigestProcesses.serve()
    }
}

import ArgumentParser
import Daemon
import Foundation
import Model

/// Settings that all subcommands share. A flag goes before the environment.
struct Options: ParsableArguments {
    @Option(help: "The data folder (HALLEY_HOME).")
    var home: String?

    @Option(help: "The address to listen on (HALLEY_LISTEN; 127.0.0.1:8080).")
    var listen: String?

    @Option(help: "The address of people's own HTML (HALLEY_CONTENT_LISTEN; one port above).")
    var contentListen: String?

    @Option(help: "How people reach it, behind a proxy (HALLEY_PUBLIC_URL).")
    var publicURL: String?

    @Option(help: "How people reach the address of people's own HTML, behind a proxy (HALLEY_CONTENT_URL).")
    var contentURL: String?

    @Option(help: "Where Halley itself may ask beyond public addresses (HALLEY_EGRESS_ALLOW).")
    var egressAllow: String?

    @Option(help: "trace, debug, info, notice, warning, error or critical (HALLEY_LOG).")
    var log: String?

    @Option(help: "plain or json (HALLEY_LOG_FORMAT).")
    var logFormat: String?

    /// An external database's URL may hold a password and is taken from the environment only.
    func settings() throws -> Settings {
        var environment = ProcessInfo.processInfo.environment
        let flags = [
            "HALLEY_HOME": home, "HALLEY_LISTEN": listen, "HALLEY_CONTENT_LISTEN": contentListen,
            "HALLEY_PUBLIC_URL": publicURL, "HALLEY_CONTENT_URL": contentURL, "HALLEY_EGRESS_ALLOW": egressAllow,
            "HALLEY_LOG": log, "HALLEY_LOG_FORMAT": logFormat,
        ]
        for case (let name, let value?) in flags { environment[name] = value }
        return try Settings(environment: environment)
    }
}

/// Runs the body; a failure is one clear line on standard error, and exit status 1.
func reportingFailures(_ body: () async throws -> Void) async throws {
    do {
        try await body()
    } catch let failure as Failure {
        let detail = failure.detail.isEmpty ? "" : "\n  (\(failure.detail))"
        FileHandle.standardError.write(Data("halley: \(failure.message)\(detail)\n".utf8))
        throw ExitCode(1)
    }
}

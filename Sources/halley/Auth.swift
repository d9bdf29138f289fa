import ArgumentParser
import AuthService
import Daemon

struct Auth: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the auth service alone.")

    @OptionGroup var options: Options

    func run() async throws {
        try await reportingFailures {
            let process = ServiceProcess("auth", settings: try options.settings())
            let config = try AuthConfig(
                signingKey: try SecretKeys.secret("access.key", in: process.home),
                pepper: try SecretKeys.secret("pepper.key", in: process.home),
                factorKeys: try SecretKeys.ring("factors", in: process.home), baseURL: process.settings.publicURL)
            try await process.serve { database, methods in
                let service = try AuthService(database: database, config: config, logger: process.logger)
                service.register(in: &methods)
                return Work { try await service.run() }
            }
        }
    }
}

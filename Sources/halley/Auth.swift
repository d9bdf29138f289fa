import ArgumentParser
import AuthService
import Daemon
import Egress
import Model

struct Auth: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the auth service alone.")

    @OptionGroup var options: Options

    func run() async throws {
        try await reportingFailures {
            let process = ServiceProcess("auth", settings: try options.settings())
            let heads = process.home.auditHeads
            let config = try AuthConfig(
                signingKey: try SecretKeys.secret("access.key", in: process.home),
                pepper: try SecretKeys.secret("pepper.key", in: process.home),
                factorKeys: try SecretKeys.ring("factors", in: process.home), baseURL: process.settings.publicURL,
                digester: DigestProcesses(logger: process.logger).digester,
                egress: try Self.egress(process.settings.egressAllow),
                directoryEvery: process.settings.directoryEvery,
                heads: HeadsFile(
                    read: { try PrivateFile.read(heads) }, write: { try PrivateFile.write($0, to: heads) }),
                mail: try MailSettings(process.settings))
            try await process.serve { database, methods in
                let service = try AuthService(database: database, config: config, logger: process.logger)
                service.register(in: &methods)
                return Work { try await service.run() }
            }
        }
    }

    private static func egress(_ text: String) throws(Failure) -> EgressRules {
        do throws(EgressError) {
            return try EgressRules(text)
        } catch {
            throw Failure(
                .invalid,
                "HALLEY_EGRESS_ALLOW is \"\(text)\", but should be places like idp.internal:8443 and ranges like "
                    + "10.1.0.0/16, with commas between.")
        }
    }
}

import ArgumentParser
import ArtifactService
import Daemon

struct Artifact: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the artifact service alone.")

    @OptionGroup var options: Options

    func run() async throws {
        try await reportingFailures {
            let process = ServiceProcess("artifact", settings: try options.settings())
            var config = ArtifactConfig(
                blobRoot: process.home.blobs,
                signingSecret: try SecretKeys.bytes("artifact.key", in: process.home))
            config.handoverPath = process.home.handover
            try await process.serve { [config] database, methods in
                let service = try ArtifactService(database: database, config: config, logger: process.logger)
                service.register(in: &methods)
                return Work { try await service.run() }
            }
        }
    }
}

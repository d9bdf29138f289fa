import ArgumentParser
import Daemon
import TrackingService

struct Tracking: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the tracking service alone.")

    @OptionGroup var options: Options

    func run() async throws {
        try await reportingFailures {
            let process = ServiceProcess("tracking", settings: try options.settings())
            try await process.serve { database, methods in
                let service = TrackingService(database: database, logger: process.logger)
                service.register(in: &methods)
                return Work { try await service.run() }
            }
        }
    }
}

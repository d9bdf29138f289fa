import ArgumentParser
import AuthClient
import Daemon
import WorkspaceService

struct Workspace: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Run the workspace service alone.")

    @OptionGroup var options: Options

    func run() async throws {
        try await reportingFailures {
            let process = ServiceProcess("workspace", settings: try options.settings())
            let auth = AuthClient(rpc: process.client(of: "auth"))
            try await process.serve { database, methods in
                let service = WorkspaceService(database: database, auth: auth, logger: process.logger)
                service.register(in: &methods)
                return Work { try await service.run() }
            }
        }
    }
}

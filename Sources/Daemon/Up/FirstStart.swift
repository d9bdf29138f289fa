import AuthClient
import Foundation
import Logging
import Model
import SwiftProtobuf
import Wire
import WireMessages
import WorkspaceClient

/// The administrator and their first workspace, at the very first start.
///
/// Killed at any point, the next start goes on where it was: the workspace's id is noted before anything is made,
/// auth answers again as long as nobody has used what it gave out, and `credentials.json` comes last.
struct FirstStart: Sendable {
    let settings: Settings
    let logger: Logger

    static let accountName = "admin"
    static let workspaceName = "main"

    /// `nil` when there are accounts already.
    func run() async throws -> Credentials? {
        let home = settings.home
        guard !FileManager.default.fileExists(atPath: home.credentials) else { return nil }
        let workspace = try notedWorkspace()
        let auth = AuthClient(rpc: client(of: "auth"))
        guard let answer = try await makeAccount(workspace, auth) else {
            logger.notice("there are accounts already, but no credentials.json", metadata: ["folder": "\(home.path)"])
            return nil
        }
        let name = try await makeWorkspace(workspace, key: answer.key, auth)
        let credentials = Credentials(
            url: settings.publicURL, userName: FirstStart.accountName, apiKey: answer.key, workspace: name,
            setupLink: "\(settings.publicURL)/setup/\(answer.setupToken)")
        try PrivateFile.write(try credentials.json(), to: home.credentials)
        return credentials
    }

    /// `nil` when others have been here before.
    private func makeAccount(_ workspace: ID<Workspace>, _ auth: AuthClient) async throws -> BootstrapResponse? {
        let request = BootstrapRequest.with {
            $0.name = FirstStart.accountName
            $0.workspaceID = Data(workspace.bytes)
        }
        do throws(Failure) {
            return try await auth.bootstrap(request, CallContext())
        } catch {
            guard error.code == .conflict else { throw error }
            return nil
        }
    }

    private func makeWorkspace(_ id: ID<Workspace>, key: String, _ auth: AuthClient) async throws -> String {
        let access = try await auth.authenticateKey(
            AuthenticateKeyRequest.with {
                $0.key = key
                $0.client = "halley up"
            }, CallContext())
        let request = CreateWorkspaceRequest.with {
            $0.id = Data(id.bytes)
            $0.name = FirstStart.workspaceName
        }
        let workspaces = WorkspaceClient(rpc: client(of: "workspace"))
        return try await workspaces.create(request, CallContext(access: Array(access.access))).workspace.name
    }

    /// The same id at each attempt.
    private func notedWorkspace() throws -> ID<Workspace> {
        let note = settings.home.secret("first-workspace")
        if let bytes = try PrivateFile.read(note), let id = ID<Workspace>(String(decoding: bytes, as: UTF8.self)) {
            return id
        }
        let id = ID<Workspace>.fresh()
        try PrivateFile.write(Array(id.text.utf8), to: note)
        return id
    }

    private func client(of service: String) -> RPCClient {
        RPCClient(
            service: service, as: "operator", addresses: [.unix(settings.home.socket(service))], logger: logger)
    }
}

/// What scripts need to begin. Written once, mode 0600.
struct Credentials: Codable, Sendable, Equatable {
    let url: String
    let userName: String
    let apiKey: String
    let workspace: String
    /// Opens once, to set the first password.
    let setupLink: String

    func json() throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return Array(try encoder.encode(self)) + [10]
    }
}

import Daemon
import Foundation
import Model

/// Which server `halley login` has found, and its key: a file of this user alone.
struct SavedLogin: Codable {
    let url: String
    let apiKey: String

    private enum CodingKeys: String, CodingKey {
        case url
        case apiKey = "api_key"
    }

    static var file: URL {
        (folder(named: "XDG_CONFIG_HOME") ?? home.appending(path: ".config")).appending(path: "halley/login.json")
    }

    /// Of this user; `HOME` counts, as for other programs.
    static var home: URL { folder(named: "HOME") ?? URL(fileURLWithPath: NSHomeDirectory()) }

    private static func folder(named name: String) -> URL? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : URL(fileURLWithPath: $0) }
    }

    static func read() throws(Failure) -> SavedLogin {
        guard let bytes = try PrivateFile.read(file.path),
            let found = try? JSONDecoder().decode(Self.self, from: Data(bytes))
        else {
            throw Failure(
                .invalid, "You are not signed in here. Run `halley login URL` first, or name the server with --url.")
        }
        return found
    }

    func write() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .withoutEscapingSlashes]
        try FileManager.default.createDirectory(
            at: Self.file.deletingLastPathComponent(), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        try PrivateFile.write(encoder.encode(self), to: Self.file.path)
    }

    static func forget() {
        try? FileManager.default.removeItem(at: file)
    }
}

import Foundation
import Glibc
public import Model

/// The data folder and what lies where in it.
public struct Home: Equatable, Sendable {
    /// Absolute, without a slash at the end.
    public let path: String

    /// Throws `.invalid` for a path that no file can have.
    public init(_ path: String) throws(Failure) {
        guard !path.isEmpty, !path.contains("\0"), !path.contains("\n") else {
            throw Failure(.invalid, "HALLEY_HOME is not the path of a folder.")
        }
        self.path = URL(filePath: path).standardizedFileURL.path(percentEncoded: false).trimmingTrailingSlash
    }

    /// `/var/lib/halley` for root; otherwise `halley` in the user's data folder (XDG base directories).
    public static func standard(environment: [String: String]) -> String {
        if geteuid() == 0 { return "/var/lib/halley" }
        if let data = environment["XDG_DATA_HOME"], data.hasPrefix("/") { return data + "/halley" }
        return (environment["HOME"] ?? "/var/tmp") + "/.local/share/halley"
    }

    public var postgres: String { path + "/postgres" }
    public var blobs: String { path + "/blobs" }
    public var secrets: String { path + "/secrets" }
    public var logs: String { path + "/logs" }
    public var credentials: String { path + "/credentials.json" }
    /// Where the chains of the audit log ended, signed.
    public var auditHeads: String { path + "/audit-heads" }
    public var lock: String { path + "/halley.lock" }

    public func secret(_ name: String) -> String { secrets + "/" + name }

    /// Where the sockets are: `run` in the data folder. The address of a Unix socket holds 107 bytes; for a folder
    /// with a longer path it is one under `/tmp`, named for the path and the user.
    public var run: String {
        let inside = path + "/run"
        if inside.utf8.count + Home.socketNameBytesMax <= Home.socketPathBytesMax { return inside }
        return "/tmp/halley-\(geteuid())-" + String(Home.hash(path), radix: 36)
    }

    public func socket(_ service: String) -> String { run + "/" + service + ".sock" }
    /// Where the artifact service hands out open files.
    public var handover: String { run + "/files.sock" }
    /// Metrics and health of one process.
    public func operationsSocket(_ service: String) -> String { run + "/" + service + ".ops" }
    /// The folder of PostgreSQL's socket, apart since it belongs to another user when Halley runs as root.
    public var postgresRun: String { run + "/pg" }

    static let socketPathBytesMax = 100
    private static let socketNameBytesMax = "/pg/.s.PGSQL.5432.lock".utf8.count

    /// FNV-1a: tells folders apart, proves nothing (the folder's owner is checked).
    private static func hash(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01b3 }
    }
}

extension String {
    fileprivate var trimmingTrailingSlash: String { count > 1 && hasSuffix("/") ? String(dropLast()) : self }
}

import Foundation
import Glibc
public import Model

/// Makes the data folder and its parts, with the rights each needs.
public struct DataFolder: Sendable {
    private let home: Home
    /// Who PostgreSQL runs as, when that is not us.
    private let databaseUser: SystemUser?

    public init(_ home: Home) {
        self.init(home, databaseUser: nil)
    }

    init(_ home: Home, databaseUser: SystemUser?) {
        self.home = home
        self.databaseUser = databaseUser
    }

    /// Throws `.unavailable`, saying what to do about it.
    public func prepare() throws(Failure) {
        // Another user has to pass through to its own folders, but may list nothing.
        let passable: mode_t = databaseUser == nil ? 0o700 : 0o711
        try make(home.path, passable)
        try make(home.secrets, 0o700)
        try make(home.blobs, 0o700)
        try make(home.logs, 0o700)
        try make(home.run, passable)
        try make(home.postgresRun, databaseUser == nil ? 0o700 : 0o711)
        if let databaseUser {
            guard chown(home.postgresRun, databaseUser.uid, databaseUser.gid) == 0 else {
                throw failed(home.postgresRun)
            }
        }
    }

    private func make(_ path: String, _ mode: mode_t) throws(Failure) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw Failure(.unavailable, "The folder \(path) cannot be made.", detail: "\(error)")
        }
        var found = stat()
        guard lstat(path, &found) == 0, found.st_mode & S_IFMT == S_IFDIR else { throw failed(path) }
        guard found.st_uid == geteuid() || (databaseUser != nil && found.st_uid == databaseUser?.uid) else {
            throw Failure(.unavailable, "\(path) belongs to another user (uid \(found.st_uid)).")
        }
        guard found.st_mode & 0o7777 == mode || chmod(path, mode) == 0 else { throw failed(path) }
    }

    /// Whether `user` may pass through all folders above.
    static func isPassable(_ path: String, for user: SystemUser) -> Bool {
        var path = path
        while true {
            var found = stat()
            guard stat(path, &found) == 0 else { return false }
            let bit: mode_t = found.st_uid == user.uid ? 0o100 : (found.st_gid == user.gid ? 0o010 : 0o001)
            guard found.st_mode & bit != 0 else { return false }
            if path == "/" { return true }
            let slash = path.lastIndex(of: "/") ?? path.startIndex
            path = slash == path.startIndex ? "/" : String(path[..<slash])
        }
    }

    private func failed(_ path: String) -> Failure {
        Failure(.unavailable, "\(path) cannot be prepared: \(String(cString: strerror(errno))).")
    }
}

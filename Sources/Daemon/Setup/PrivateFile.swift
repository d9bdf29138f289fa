import Foundation
import Glibc
public import Model

/// Small files that only their owner may read, and that are either there in full or not at all.
public enum PrivateFile {
    /// Written beside, synced, renamed: a crash leaves the old contents or the new ones.
    public static func write(_ contents: some Collection<UInt8>, to path: String) throws(Failure) {
        let bytes = Array(contents)
        let draft = path + ".new"
        unlink(draft)
        let descriptor = open(draft, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failed(draft) }
        defer { close(descriptor) }
        guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
            throw failed(draft)
        }
        guard rename(draft, path) == 0 else { throw failed(path) }
        try syncFolder(of: path)
    }

    /// `nil` when there is no such file. Refuses one that others may read.
    public static func read(_ path: String) throws(Failure) -> [UInt8]? {
        var found = stat()
        guard stat(path, &found) == 0 else {
            if errno == ENOENT { return nil }
            throw failed(path)
        }
        guard found.st_mode & 0o077 == 0 else {
            throw Failure(.unavailable, "\(path) may be read by other users. Do: chmod 600 \(path)")
        }
        guard let data = FileManager.default.contents(atPath: path) else { throw failed(path) }
        return Array(data)
    }

    private static func syncFolder(of path: String) throws(Failure) {
        let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failed(folder) }
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failed(folder) }
    }

    private static func failed(_ path: String) -> Failure {
        Failure(.unavailable, "\(path) cannot be read or written: \(String(cString: strerror(errno))).")
    }
}

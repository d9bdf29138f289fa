internal import CLinux
internal import Glibc

/// An open file or folder; closed when the last user lets go.
final class OpenFile: Sendable {
    let descriptor: Int32

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        close(descriptor)
    }

    /// Opens `path` under this folder. `path` is made of our own hex digits; the kernel refuses links and `..` too.
    func open(_ path: String, _ flags: Int32, mode: mode_t = 0) throws(BlobError) -> OpenFile {
        let descriptor = cl_open_beneath(self.descriptor, path, flags, mode)
        guard descriptor >= 0 else { throw .last("open") }
        return OpenFile(descriptor)
    }

    /// Makes the folder `name` in this one, and answers whether it was not there.
    func makeFolder(_ name: String) throws(BlobError) -> Bool {
        if mkdirat(descriptor, name, 0o700) == 0 { return true }
        guard errno == EEXIST else { throw .last("mkdir") }
        return false
    }

    func write(_ bytes: borrowing UnsafeRawBufferPointer, at offset: Int64) throws(BlobError) {
        var done = 0
        while done < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[done...])
            let written = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset) + done)
            if written < 0 && errno == EINTR { continue }
            guard written >= 0 else { throw .last("write") }
            done += written
        }
    }

    /// Fewer bytes than asked for only at the end of the file.
    func read(_ count: Int, at offset: Int64) throws(BlobError) -> [UInt8] {
        var failure: Int32 = 0
        let bytes = [UInt8](unsafeUninitializedCapacity: count) { buffer, done in
            while done < count {
                let rest = UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[done...])
                let got = pread(descriptor, rest.baseAddress, rest.count, off_t(offset) + done)
                if got < 0 && errno == EINTR { continue }
                if got < 0 { failure = errno }
                if got <= 0 { return }
                done += got
            }
        }
        guard failure == 0 else { throw .from(failure, "read") }
        return bytes
    }

    /// Within the file system, sharing the blocks where it can. False when it cannot do this at all.
    func copy(from source: OpenFile, _ from: Int64, to offset: Int64, count: Int64) throws(BlobError) -> Bool {
        var done: Int64 = 0
        while done < count {
            let copied = cl_copy_range(source.descriptor, from + done, descriptor, offset + done, count - done)
            if copied < 0 && errno == EINTR { continue }
            if copied < 0 && [EXDEV, EINVAL, ENOSYS, EOPNOTSUPP].contains(errno) { return false }
            guard copied >= 0 else { throw .last("copy") }
            guard copied > 0 else { return false }
            done += copied
        }
        return true
    }

    func synchronize() throws(BlobError) {
        guard fsync(descriptor) == 0 else { throw .last("fsync") }
    }

    /// A hint: a file system that cannot do it leaves all the work to fsync.
    func startWriteback(from offset: Int64, count: Int64) {
        _ = cl_start_writeback(descriptor, offset, count)
    }

    func status() throws(BlobError) -> stat {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw .last("stat") }
        return status
    }

    func unlink(_ name: String) throws(BlobError) {
        guard unlinkat(descriptor, name, 0) == 0 || errno == ENOENT else { throw .last("unlink") }
    }

    /// The names in this folder, without `.` and `..`.
    func names() throws(BlobError) -> [String] {
        let copy = try open(".", O_RDONLY | O_DIRECTORY)
        let duplicate = dup(copy.descriptor)
        guard duplicate >= 0 else { throw .last("dup") }
        guard let folder = fdopendir(duplicate) else {
            close(duplicate)
            throw .last("opendir")
        }
        defer { closedir(folder) }
        var names: [String] = []
        errno = 0
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != "." && name != ".." { names.append(name) }
        }
        guard errno == 0 else { throw .last("readdir") }
        return names
    }
}

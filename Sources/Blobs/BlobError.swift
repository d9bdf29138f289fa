internal import Glibc

/// Why the store could not do it. Shows no path of the machine.
public enum BlobError: Error, Equatable, Sendable {
    /// The disk or the quota is full. What was being written is gone; after space returns a new upload succeeds.
    case noSpace
    /// The disk failed. An upload that met this is dead: the kernel may have dropped pages, so an fsync that
    /// succeeds later on the same file would prove nothing.
    case broken(operation: String, errno: Int32)
    /// More bytes came than were allowed.
    case tooLarge(bytesMax: Int64)
    /// The bytes do not have the digest that was promised, or the file read no longer has its own.
    case mismatch
    /// There is no such blob.
    case missing
    /// More work is waiting for the disk than the queue holds.
    case busy

    /// From `errno` of the call that has just failed.
    static func last(_ operation: StaticString) -> BlobError {
        from(errno, operation)
    }

    static func from(_ code: Int32, _ operation: StaticString) -> BlobError {
        switch code {
        case ENOSPC, EDQUOT: .noSpace
        case ENOENT: .missing
        default: .broken(operation: "\(operation)", errno: code)
        }
    }
}

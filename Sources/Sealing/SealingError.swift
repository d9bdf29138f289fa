/// What can go wrong here. None of it names a secret.
public enum SealingError: Error, Sendable, Equatable {
    /// The bytes are no key of this kind.
    case badKey
    /// Sealed bytes that are cut, altered, moved to another place, or of an unknown form.
    case cannotOpen
    /// Sealed under a key that is not in the ring.
    case unknownKey(UInt32)
    /// As many passwords as may wait to be hashed are waiting.
    case busy
    /// The task was cancelled before its turn to hash came.
    case cancelled
    /// libargon2 or libcrypto refused; the code is theirs.
    case library(Int32)
}

import CCrypto

public enum RandomBytes {
    /// Bytes nobody can foresee, from libcrypto's generator, which the kernel seeds.
    public static func make(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { out, written in
            // Going on with guessable bytes would be worse than ending.
            precondition(RAND_bytes(out.baseAddress, Int32(count)) == 1, "no random bytes")
            written = count
        }
    }
}

/// Whether both are the same, in a time that tells nothing about where they differ.
/// Their lengths are no secret.
public func constantTimeEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    guard left.count == right.count else { return false }
    return left.withUnsafeBytes { left in
        right.withUnsafeBytes { right in CRYPTO_memcmp(left.baseAddress, right.baseAddress, left.count) == 0 }
    }
}

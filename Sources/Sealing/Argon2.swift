import CArgon2
import Glibc

/// argon2id, version 0x13 (RFC 9106). Blocks for as long as it takes.
enum Argon2 {
    /// The digest of a password, `length` bytes.
    static func digest(
        of password: [UInt8], salt: [UInt8], cost: PasswordHash.Cost, length: Int
    ) throws(SealingError) -> [UInt8] {
        var (password, salt, digest) = (password, salt, [UInt8](repeating: 0, count: length))
        let code = password.withUnsafeMutableBufferPointer { password in
            salt.withUnsafeMutableBufferPointer { salt in
                digest.withUnsafeMutableBufferPointer { digest in
                    var context = argon2_context()
                    (context.out, context.outlen) = (digest.baseAddress, UInt32(digest.count))
                    (context.pwd, context.pwdlen) = (password.baseAddress, UInt32(password.count))
                    (context.salt, context.saltlen) = (salt.baseAddress, UInt32(salt.count))
                    (context.t_cost, context.m_cost) = (cost.passes, cost.memoryKiB)
                    (context.lanes, context.threads) = (cost.lanes, cost.lanes)
                    context.version = ARGON2_VERSION_13.rawValue
                    (context.allocate_cbk, context.free_cbk) = (allocate, free)
                    return argon2_ctx(&context, Argon2_id)
                }
            }
        }
        guard code == ARGON2_OK.rawValue else { throw .library(code) }
        return digest
    }

    /// In pages of 2 MiB where the kernel has them: with pages of 4 KiB, of which each is faulted in on its own, nearly
    /// half of the time goes there.
    private static let allocate: allocate_fptr = { memory, size in
        let mapped = mmap(nil, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
        guard let memory, let mapped, mapped != MAP_FAILED else { return ARGON2_MEMORY_ALLOCATION_ERROR.rawValue }
        _ = madvise(mapped, size, MADV_HUGEPAGE)
        memory.pointee = mapped.assumingMemoryBound(to: UInt8.self)
        return ARGON2_OK.rawValue
    }

    /// Handed back at once: what was computed there is gone with it.
    private static let free: deallocate_fptr = { memory, size in
        _ = munmap(memory, size)
    }
}

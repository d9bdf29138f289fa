import CZstd
import Synchronization

/// zstd contexts, reused: making one costs more than compressing a chunk.
enum Zstd {
    /// Fast, and here within 3 % of the size of level 3.
    private static let level: Int32 = 1
    /// A context holds up to 1 MiB; more than these are freed.
    private static let idleMax = 16
    // A context is kept as a number, since pointers are not Sendable: whoever takes it out is its only user.
    private static let compressors = Mutex<[UInt]>([])
    private static let decompressors = Mutex<[UInt]>([])

    /// One frame, with its content's size and checksum (XXH64), appended to `prefix`.
    static func compress(_ content: UnsafeBufferPointer<UInt8>, after prefix: UInt8) throws(SeriesError) -> [UInt8] {
        let taken = compressors.withLock { $0.popLast() }
        guard let context = taken.flatMap({ OpaquePointer(bitPattern: $0) }) ?? makeCompressor() else {
            throw SeriesError("no memory for zstd")
        }
        defer { give(back: context, to: compressors) { ZSTD_freeCCtx($0) } }
        let bytesMax = ZSTD_compressBound(content.count)
        var failed = false
        let bytes = [UInt8](unsafeUninitializedCapacity: bytesMax + 1) { buffer, count in
            buffer[0] = prefix
            let out = UnsafeMutableRawPointer(buffer.baseAddress).map { $0 + 1 }
            let written = ZSTD_compress2(context, out, bytesMax, content.baseAddress, content.count)
            failed = ZSTD_isError(written) != 0
            count = failed ? 0 : written + 1
        }
        guard !failed else { throw SeriesError("zstd cannot compress") }
        return bytes
    }

    /// What one frame holds. Throws before allocating when it says that this is over `bytesMax`, or does not say.
    static func decompress(_ frame: UnsafeBufferPointer<UInt8>, bytesMax: Int) throws(SeriesError) -> [UInt8] {
        let size = ZSTD_getFrameContentSize(frame.baseAddress, frame.count)
        guard size <= UInt64(bytesMax) else { throw SeriesError("no zstd frame, or one too large") }
        guard ZSTD_findFrameCompressedSize(frame.baseAddress, frame.count) == frame.count else {
            throw SeriesError("not exactly one zstd frame")
        }
        let taken = decompressors.withLock { $0.popLast() }
        guard let context = taken.flatMap({ OpaquePointer(bitPattern: $0) }) ?? ZSTD_createDCtx() else {
            throw SeriesError("no memory for zstd")
        }
        defer { give(back: context, to: decompressors) { ZSTD_freeDCtx($0) } }
        let content = [UInt8](unsafeUninitializedCapacity: Int(size)) { buffer, count in
            let read = ZSTD_decompressDCtx(context, buffer.baseAddress, buffer.count, frame.baseAddress, frame.count)
            count = ZSTD_isError(read) != 0 || read > buffer.count ? 0 : read
        }
        guard content.count == Int(size) else { throw SeriesError("a damaged zstd frame") }
        return content
    }

    private static func makeCompressor() -> OpaquePointer? {
        guard let context = ZSTD_createCCtx() else { return nil }
        _ = ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
        _ = ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1)
        return context
    }

    private static func give(
        back context: OpaquePointer, to idle: borrowing Mutex<[UInt]>, free: (OpaquePointer) -> Int
    ) {
        let number = UInt(bitPattern: context)
        let kept = idle.withLock { idle in
            if idle.count < idleMax { idle.append(number) }
            return idle.last == number
        }
        if !kept { _ = free(context) }
    }
}

import Glibc
import NIOCore

/// The frame of a zip file (PKWARE APPNOTE 6.3.10) whose members are stored as they are, without I/O: the caller sends
/// what each step answers, and a member's bytes between `begin` and `end`.
///
/// Check sums are known only behind a member's bytes, and stand there in a data descriptor (§4.3.9). Whatever does not
/// fit 32 bits is written as zip64 (§4.5.3).
struct ZipWriter {
    struct Member: Sendable {
        let name: String
        let size: UInt64
        let modifiedMs: Int64

        fileprivate var isLarge: Bool { size >= ZipWriter.large }
        fileprivate var extraBytes: Int { isLarge ? 20 : 0 }
        fileprivate var headerBytes: Int { 30 + name.utf8.count + extraBytes }
    }

    private struct Written {
        let member: Member
        let offset: UInt64
        let sum: UInt32
    }

    fileprivate static let large = UInt64(UInt32.max)
    /// Check sum and sizes follow; names are UTF-8 (§4.4.4).
    fileprivate static let flags: UInt16 = 1 << 3 | 1 << 11
    /// 4.5 knows zip64; made on Unix, so that the mode is read.
    private static let (version, madeBy): (UInt16, UInt16) = (45, 3 << 8 | 45)
    private static let mode: UInt32 = 0o100_644

    private var written: [Written] = []
    private var offset: UInt64 = 0

    /// What stands before the member's bytes.
    func begin(_ member: Member) -> ByteBuffer {
        var header = ByteBufferAllocator().buffer(capacity: member.headerBytes)
        header.writeLittle(0x0403_4b50 as UInt32)
        header.writeLittle(Self.version)
        header.writeCommon(member, sum: 0, size: member.isLarge ? .max : 0)
        header.writeLittle(UInt16(member.name.utf8.count))
        header.writeLittle(UInt16(member.extraBytes))
        header.writeString(member.name)
        if member.isLarge { header.writeZip64([member.size, member.size]) }
        return header
    }

    /// What stands behind them.
    mutating func end(_ member: Member, sum: UInt32) -> ByteBuffer {
        var descriptor = ByteBuffer()
        descriptor.writeLittle(0x0807_4b50 as UInt32)
        descriptor.writeLittle(sum)
        for size in [member.size, member.size] {
            if member.isLarge { descriptor.writeLittle(size) } else { descriptor.writeLittle(UInt32(size)) }
        }
        written.append(Written(member: member, offset: offset, sum: sum))
        offset += UInt64(member.headerBytes) + member.size + UInt64(descriptor.readableBytes)
        return descriptor
    }

    /// The directory, a member at a time, and its end.
    func finish(_ send: (ByteBuffer) async throws -> Void) async throws {
        var size: UInt64 = 0
        for one in written {
            let record = Self.record(one)
            size += UInt64(record.readableBytes)
            try await send(record)
        }
        try await send(directoryEnd(size: size))
    }

    /// Of the whole file.
    static func length(of members: [Member]) -> UInt64 {
        var zip = ZipWriter()
        for member in members { _ = zip.end(member, sum: 0) }
        let directory = zip.written.reduce(0) { $0 + UInt64(record($1).readableBytes) }
        return zip.offset + directory + UInt64(zip.directoryEnd(size: directory).readableBytes)
    }

    private static func record(_ one: Written) -> ByteBuffer {
        let isFar = one.offset >= large
        let wide = (one.member.isLarge ? [one.member.size, one.member.size] : []) + (isFar ? [one.offset] : [])
        var record = ByteBuffer()
        record.writeLittle(0x0201_4b50 as UInt32)
        record.writeLittle(madeBy)
        record.writeLittle(version)
        record.writeCommon(one.member, sum: one.sum, size: UInt32(clamping: one.member.size))
        record.writeLittle(UInt16(one.member.name.utf8.count))
        record.writeLittle(UInt16(wide.isEmpty ? 0 : 4 + 8 * wide.count))
        for _ in 0..<3 { record.writeLittle(0 as UInt16) }  // no comment, the first disk, no text
        record.writeLittle(mode << 16)
        record.writeLittle(UInt32(clamping: one.offset))
        record.writeString(one.member.name)
        if !wide.isEmpty { record.writeZip64(wide) }
        return record
    }

    private func directoryEnd(size: UInt64) -> ByteBuffer {
        var end = ByteBuffer()
        let count = UInt64(written.count)
        if count >= UInt16.max || size >= Self.large || offset >= Self.large {
            end.writeLittle(0x0606_4b50 as UInt32)
            end.writeLittle(44 as UInt64)  // what follows of this record
            end.writeLittle(Self.madeBy)
            end.writeLittle(Self.version)
            end.writeLittle(0 as UInt64)  // on the first disk, of one
            for number in [count, count, size, offset] { end.writeLittle(number) }
            end.writeLittle(0x0706_4b50 as UInt32)
            end.writeLittle(0 as UInt32)
            end.writeLittle(offset + size)
            end.writeLittle(1 as UInt32)
        }
        end.writeLittle(0x0605_4b50 as UInt32)
        end.writeLittle(0 as UInt32)
        for number in [count, count] { end.writeLittle(UInt16(clamping: number)) }
        for number in [size, offset] { end.writeLittle(UInt32(clamping: number)) }
        end.writeLittle(0 as UInt16)
        return end
    }
}

extension ByteBuffer {
    fileprivate mutating func writeLittle(_ number: some FixedWidthInteger) {
        writeInteger(number, endianness: .little)
    }

    /// The part that a member's header and its record share.
    fileprivate mutating func writeCommon(_ member: ZipWriter.Member, sum: UInt32, size: UInt32) {
        writeLittle(ZipWriter.flags)
        writeLittle(0 as UInt16)  // stored
        writeLittle(Self.dosTime(member.modifiedMs))
        writeLittle(sum)
        writeLittle(size)
        writeLittle(size)
    }

    fileprivate mutating func writeZip64(_ numbers: [UInt64]) {
        writeLittle(1 as UInt16)
        writeLittle(UInt16(8 * numbers.count))
        for number in numbers { writeLittle(number) }
    }

    /// Time and date in UTC, two seconds fine, from 1980 on (§4.4.6).
    private static func dosTime(_ milliseconds: Int64) -> UInt32 {
        var seconds = time_t(milliseconds / 1000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        guard (80...207).contains(parts.tm_year) else { return 1 << 21 | 1 << 16 }
        let date = (parts.tm_year - 80) << 9 | (parts.tm_mon + 1) << 5 | parts.tm_mday
        let time = parts.tm_hour << 11 | parts.tm_min << 5 | parts.tm_sec / 2
        return UInt32(date) << 16 | UInt32(time)
    }
}

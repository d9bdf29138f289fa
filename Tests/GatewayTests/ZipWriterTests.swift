import Foundation
import HotJSON
import NIOCore
import TestKit
import Testing

@testable import Gateway

/// Zip files, read by somebody else's reader.
@Suite struct ZipWriterTests {
    /// Writes the members with these bytes; where there are none, a hole of the member's size.
    private func write(_ members: [(ZipWriter.Member, bytes: String?)], to file: URL) async throws -> UInt64 {
        try Data().write(to: file)
        let handle = try FileHandle(forWritingTo: file)
        defer { try? handle.close() }
        var (zip, pending) = (ZipWriter(), ByteBuffer())
        func flush() throws {
            try handle.write(contentsOf: pending.withUnsafeReadableBytes { Data($0) })
            pending.clear()
        }
        for (member, bytes) in members {
            pending.writeImmutableBuffer(zip.begin(member))
            var sum = CRC32()
            if let bytes {
                Array(bytes.utf8).withUnsafeBytes { sum.update($0) }
                pending.writeString(bytes)
            } else {
                try flush()
                try handle.seek(toOffset: handle.offset() + member.size)
            }
            pending.writeImmutableBuffer(zip.end(member, sum: sum.value))
        }
        try await zip.finish { pending.writeImmutableBuffer($0) }
        try flush()
        return try handle.offset()
    }

    private func member(_ name: String, _ size: UInt64) -> ZipWriter.Member {
        ZipWriter.Member(name: name, size: size, modifiedMs: 1_700_000_000_000)
    }

    private func python(_ script: String, _ file: URL) async throws -> String {
        try await Command(
            "python3", "-c", "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); \(script)", file.path
        )
        .output().trimmingCharacters(in: .newlines)
    }

    @Test func `a check sum is zlib's, in pieces too`() {
        var sum = CRC32()
        for piece in ["1234", "", "56789"] { Array(piece.utf8).withUnsafeBytes { sum.update($0) } }
        #expect(sum.value == 0xcbf4_3926)
    }

    @Test func `what is written is read, and has the length that was told`() async throws {
        try await ScratchDirectory.with { folder in
            let texts = ["a/model.bin": "weights", "größe.txt": "", "z": String(repeating: "z", count: 100_000)]
            let members = texts.sorted { $0.key < $1.key }.map {
                (member($0.key, UInt64($0.value.utf8.count)), $0.value)
            }
            let file = folder.appending(path: "small.zip")
            let length = try await write(members.map { ($0.0, bytes: $0.1) }, to: file)
            #expect(length == ZipWriter.length(of: members.map(\.0)))
            let told = try await python(
                "print(z.testzip(), [(i.filename, i.file_size, i.date_time, oct(i.external_attr >> 16)) for i in z.infolist()], "
                    + "z.read('a/model.bin'))", file)
            let rest = "(2023, 11, 14, 22, 13, 20), '0o100644')"
            #expect(
                told == "None [('a/model.bin', 7, \(rest), ('größe.txt', 0, \(rest), ('z', 100000, \(rest)] b'weights'")
        }
    }

    @Test func `members beyond four gigabytes are read`() async throws {
        try await ScratchDirectory.with { folder in
            let members = [(member("hole", 5 << 30), bytes: nil), (member("behind", 3), bytes: "abc")]
            let file = folder.appending(path: "large.zip")
            let length = try await write(members, to: file)
            #expect(length == ZipWriter.length(of: members.map(\.0)))
            let told = try await python(
                "print([i.file_size for i in z.infolist()], z.open('hole').read(9), z.read('behind'))", file)
            #expect(told == "[5368709120, 3] b'\(String(repeating: "\\x00", count: 9))' b'abc'")
        }
    }

    @Test func `more members than 16 bits can count are read`() async throws {
        try await ScratchDirectory.with { folder in
            let members = (0..<65_536).map { (member("f\($0)", 1), bytes: "x") as (ZipWriter.Member, bytes: String?) }
            let file = folder.appending(path: "many.zip")
            let length = try await write(members, to: file)
            #expect(length == ZipWriter.length(of: members.map(\.0)))
            #expect(try await python("print(len(z.infolist()), z.read('f65535'))", file) == "65536 b'x'")
        }
    }
}

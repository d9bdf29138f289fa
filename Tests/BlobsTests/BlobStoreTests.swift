import Foundation
import Testing

@testable import Blobs

@Suite struct BlobStoreTests {
    @Test(arguments: [0, 1, 255, 262_144, 1_048_575, 1_048_576, 1_048_577, 5_000_000])
    func `what was put is what is read, under its digest`(size: Int) async throws {
        try await BlobFixture.with { fixture in
            let bytes = BlobFixture.noise(size)
            let digest = try await fixture.put(bytes, piece: 200_001)
            #expect(digest == Digest.of(bytes))
            #expect(try await fixture.bytes(digest) == bytes)
            #expect(fixture.files() == ["\(digest.fan)/\(digest.hex)"])
        }
    }

    @Test func `any range can be read`() async throws {
        try await BlobFixture.with { fixture in
            let bytes = BlobFixture.noise(3_000_000)
            let digest = try await fixture.put(bytes)
            for (from, count) in [
                (0, 1), (0, 0), (999, 1_500_000), (1_048_576, 262_145), (2_999_999, 1), (3_000_000, 0),
            ] {
                let part = try await fixture.bytes(digest, from: Int64(from), count: Int64(count))
                #expect(part == Array(bytes[from..<from + count]))
            }
        }
    }

    @Test func `another workspace has nothing of it, nor sees that it is there`() async throws {
        try await BlobFixture.with { fixture in
            let digest = try await fixture.put(BlobFixture.noise(1000))
            let stranger = UUID()
            await #expect(throws: BlobError.missing) { try await fixture.store.open(digest, in: stranger) }
            #expect(try await fixture.store.holds(digest, in: stranger) == false)
            // The same bytes come in full and make a file of their own.
            try await fixture.put(BlobFixture.noise(1000), in: stranger)
            #expect(try await fixture.bytes(digest, in: stranger) == BlobFixture.noise(1000))
        }
    }

    @Test(arguments: [10, 3_000_000])
    func `bytes that are not what was promised leave nothing`(size: Int) async throws {
        try await BlobFixture.with { fixture in
            await #expect(throws: BlobError.mismatch) {
                try await fixture.put(BlobFixture.noise(size), expecting: Digest.of([1]))
            }
            #expect(fixture.files().isEmpty)
        }
    }

    @Test func `one byte too many ends the upload at once, and nothing stays`() async throws {
        try await BlobFixture.with { fixture in
            await #expect(throws: BlobError.tooLarge(bytesMax: 2_000_000)) {
                try await fixture.put(BlobFixture.noise(2_000_001), bytesMax: 2_000_000)
            }
            try await fixture.settle()
            #expect(fixture.files().isEmpty)
            try await fixture.put(BlobFixture.noise(2_000_000), bytesMax: 2_000_000)
        }
    }

    @Test func `an upload that is let go leaves nothing`() async throws {
        try await BlobFixture.with { fixture in
            do {
                var upload = fixture.store.begin(in: fixture.workspace)
                try BlobFixture.noise(1_500_000).withUnsafeBytes { try upload.take($0) }
                try await upload.flush()
            }
            try await fixture.settle()
            #expect(fixture.files().isEmpty)
        }
    }

    @Test func `blobs are joined in order`() async throws {
        try await BlobFixture.with { fixture in
            let (one, two) = (BlobFixture.noise(2_500_000, seed: 1), BlobFixture.noise(777, seed: 2))
            let (first, second) = (try await fixture.put(one), try await fixture.put(two))
            var upload = fixture.store.begin(in: fixture.workspace)
            for digest in [first, second, first] {
                try await upload.append(try await fixture.store.open(digest, in: fixture.workspace))
            }
            let whole = try await upload.finish { digest, size in
                #expect(size == 5_000_777)
                return digest
            }
            #expect(whole == Digest.of(one + two + one))
            #expect(try await fixture.bytes(whole) == one + two + one)
        }
    }

    @Test func `a link in the store is not followed`() async throws {
        try await BlobFixture.with { fixture in
            let digest = try await fixture.put(BlobFixture.noise(10))
            let file = fixture.file(of: digest)
            try FileManager.default.removeItem(at: file)
            try FileManager.default.createSymbolicLink(atPath: file.path, withDestinationPath: "/etc/passwd")
            await #expect(throws: BlobError.self) { try await fixture.store.open(digest, in: fixture.workspace) }
        }
    }

    @Test func `a full queue says that the disk is busy`() async throws {
        let threads = FileThreads(threads: 1, jobsMax: 1)
        let gate = DispatchSemaphore(value: 0)
        let first = try threads.start { gate.wait() }
        var tickets: [Ticket<Void>] = []
        #expect(throws: BlobError.busy) {
            for _ in 0..<3 { tickets.append(try threads.start {}) }
        }
        gate.signal()
        try await first.value()
        for ticket in tickets { try await ticket.value() }
    }
}

extension BlobFixture {
    /// Waits until the threads have done what was handed to them before, such as removing a temporary file.
    func settle() async throws {
        for _ in 0..<8 { try await store.threads.run {} }
        try await Task.sleep(for: .milliseconds(20))
    }
}

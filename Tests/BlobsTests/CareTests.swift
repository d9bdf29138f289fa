import Foundation
import Synchronization
import Testing

@testable import Blobs

/// What a database would know.
private final class Records: Sendable {
    let digests = Mutex(Set<Digest>())
}

@Suite struct CareTests {
    @Test func `only old blobs that nobody uses are swept`() async throws {
        try await BlobFixture.with { fixture in
            let used = try await fixture.put([1])
            let old = try await fixture.put([2])
            let young = try await fixture.put([3])
            try fixture.age(fixture.file(of: used), seconds: 100)
            try fixture.age(fixture.file(of: old), seconds: 100)
            let report = try await fixture.store.sweep(grace: .seconds(50)) { workspace, digests in
                #expect(workspace == fixture.workspace)
                return Set(digests).intersection([used])
            }
            #expect(report.blobsRemoved == 1 && report.bytesFreed == 1)
            #expect(try await fixture.store.holds(used, in: fixture.workspace))
            #expect(try await fixture.store.holds(young, in: fixture.workspace))
            #expect(try await !fixture.store.holds(old, in: fixture.workspace))
        }
    }

    @Test func `temporary files of a crash go after an hour`() async throws {
        try await BlobFixture.with { fixture in
            let digest = try await fixture.put([1])
            let incoming = fixture.folder.appendingPathComponent("incoming")
            try Data([1]).write(to: incoming.appendingPathComponent("dead"))
            try Data([1]).write(to: incoming.appendingPathComponent("alive"))
            try fixture.age(incoming.appendingPathComponent("dead"), seconds: 3700)
            let report = try await fixture.store.sweep(grace: .seconds(50)) { _, digests in Set(digests) }
            #expect(report.temporariesRemoved == 1)
            #expect(Set(fixture.files()) == ["incoming/alive", "\(digest.fan)/\(digest.hex)"])
        }
    }

    @Test func `uploading the same bytes again makes a blob young`() async throws {
        try await BlobFixture.with { fixture in
            let digest = try await fixture.put([1])
            try fixture.age(fixture.file(of: digest), seconds: 100)
            try await fixture.put([1])
            let report = try await fixture.store.sweep(grace: .seconds(50)) { _, _ in [] }
            #expect(report.blobsRemoved == 0)
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func `sixty-four uploads of the same bytes beside a sweeper make one file, and all are told so`() async throws {
        try await BlobFixture.with { fixture in
            let bytes = BlobFixture.noise(300_000)
            let recorded = Records()
            for _ in 0..<5 {
                recorded.digests.withLock { $0 = [] }
                try await withThrowingTaskGroup(of: Void.self) { group in
                    // No grace at all: the lock alone has to do.
                    let sweeper = Task { @Sendable in
                        while !Task.isCancelled {
                            _ = try await fixture.store.sweep(grace: .zero, now: Date(timeIntervalSinceNow: 60)) {
                                _, digests in
                                recorded.digests.withLock { Set(digests).intersection($0) }
                            }
                        }
                    }
                    for _ in 0..<64 {
                        group.addTask { @Sendable in
                            let digest = try await fixture.put(bytes) { digest in
                                await Task.yield()
                                recorded.digests.withLock { _ = $0.insert(digest) }
                            }
                            #expect(try await fixture.bytes(digest) == bytes)
                        }
                    }
                    try await group.waitForAll()
                    sweeper.cancel()
                    _ = await sweeper.result
                }
                #expect(fixture.files().filter { !$0.hasPrefix("incoming") }.count == 1)
            }
        }
    }

    @Test func `a damaged blob of up to a mebibyte shows not one wrong byte`() async throws {
        try await BlobFixture.with { fixture in
            let digest = try await fixture.put(BlobFixture.noise(900_000))
            try fixture.flip(bit: 4, at: 450_000, of: fixture.file(of: digest))
            let blob = try await fixture.store.open(digest, in: fixture.workspace)
            var reading = blob.read(count: blob.size)
            do throws(BlobError) {
                _ = try await reading.next()
                Issue.record("it was read")
            } catch {
                #expect(error == .mismatch)
            }
        }
    }

    @Test func `a damaged larger blob is never read to its end`() async throws {
        try await BlobFixture.with { fixture in
            let digest = try await fixture.put(BlobFixture.noise(5_000_000))
            try fixture.flip(bit: 4, at: 0, of: fixture.file(of: digest))
            await #expect(throws: BlobError.mismatch) { try await fixture.bytes(digest) }
        }
    }

    @Test func `a file that was read and found right is found wrong when it was changed since`() async throws {
        try await BlobFixture.with { fixture in
            let bytes = BlobFixture.noise(3_000_000)
            let digest = try await fixture.put(bytes)
            #expect(try await fixture.bytes(digest) == bytes)
            try fixture.flip(bit: 4, at: 0, of: fixture.file(of: digest))
            await #expect(throws: BlobError.mismatch) { try await fixture.bytes(digest) }
            await #expect(throws: BlobError.mismatch) { try await fixture.bytes(digest) }
        }
    }

    @Test func `what was right is believed for a day, and so many files are remembered`() {
        let (verified, now) = (Verified(), ContinuousClock.now)
        func file(_ node: Int) -> Verified.Identity {
            var status = stat()
            status.st_ino = UInt(node)
            return Verified.Identity(status)
        }
        verified.note(file(1), now: now)
        #expect(verified.holds(file(1), now: now + .seconds(86_399)))
        #expect(!verified.holds(file(1), now: now + .seconds(86_400)))
        #expect(!verified.holds(file(2), now: now))
        for node in 2...(Verified.rememberedMax + 1) { verified.note(file(node), now: now) }
        #expect(verified.holds(file(Verified.rememberedMax + 1), now: now))
        #expect(!verified.holds(file(2), now: now))
    }

    @Test func `a scrub finds flipped, cut and swapped blobs, puts them aside, and an upload heals them`() async throws
    {
        try await BlobFixture.with { fixture in
            var digests: [Digest] = []
            for seed in 1...12 { digests.append(try await fixture.put(BlobFixture.noise(70_000, seed: UInt64(seed)))) }
            try fixture.flip(bit: 1, at: 69_999, of: fixture.file(of: digests[0]))
            truncate(fixture.file(of: digests[1]).path, 100)
            try Data(BlobFixture.noise(70_000, seed: 4)).write(to: fixture.file(of: digests[2]))
            let report = try await fixture.store.scrub()
            #expect(report.blobs == 12)
            #expect(Set(report.damaged.map(\.digest)) == Set(digests[0..<3]))
            #expect(fixture.files().filter { $0.hasPrefix("quarantine/") }.count == 3)
            await #expect(throws: BlobError.missing) { try await fixture.bytes(digests[0]) }
            try await fixture.put(BlobFixture.noise(70_000, seed: 1))
            #expect(try await fixture.bytes(digests[0]) == BlobFixture.noise(70_000, seed: 1))
            #expect(try await fixture.store.scrub().damaged.isEmpty)
        }
    }

    @Test func `an upload over a damaged blob replaces it`() async throws {
        try await BlobFixture.with { fixture in
            let bytes = BlobFixture.noise(70_000)
            let digest = try await fixture.put(bytes)
            try fixture.flip(bit: 1, at: 5, of: fixture.file(of: digest))
            try await fixture.put(bytes)
            #expect(try await fixture.bytes(digest) == bytes)
        }
    }
}

import Model
import NIOCore
import Synchronization
import Testing
import WireMessages

@testable import Wire

struct StreamTests {
    private func chunks(_ count: Int, of bytes: Int) -> AsyncStream<Chunk> {
        let left = Mutex(count)
        return AsyncStream {
            let more = left.withLock { left in
                left -= 1
                return left >= 0
            }
            return more ? Chunk([UInt8](repeating: 3, count: bytes)) : nil
        }
    }

    @Test func `an upload arrives whole, whatever its chunks`() async throws {
        try await TestServer.with { client, _ in
            for (count, bytes) in [(0, 0), (1, 1), (1, 3_000_000), (40, 100_001), (3000, 7)] {
                let answer: RequestHead = try await client.upload(
                    Method.upload, RequestHead(), CallContext(), body: chunks(count, of: bytes))
                #expect(answer.trace == "\(count * bytes) \(count * bytes * 3)")
            }
        }
    }

    @Test func `a download arrives whole`() async throws {
        try await TestServer.with { client, _ in
            for size in [0, 1, 99_999, 5_000_001] as [UInt32] {
                let count = try await client.download(Method.download, head(credit: size), CallContext()) {
                    (_: Empty, body) in
                    var count = 0
                    for try await chunk in body { count += chunk.count }
                    return count
                }
                #expect(count == Int(size))
            }
        }
    }

    @Test func `an upload that is refused half way stops`() async throws {
        try await TestServer.with { client, _ in
            await expect([.exhausted]) {
                let _: RequestHead = try await client.upload(
                    Method.upload, head(ms: 1000), CallContext(), body: chunks(.max, of: 100_000))
            }
        }
    }

    @Test func `a torn download is no short one`() async throws {
        try await TestServer.with { client, _ in
            await expect([.conflict]) {
                try await client.download(Method.download, head(ms: 1, credit: 5_000_000), CallContext()) {
                    (_: Empty, body) in
                    for try await _ in body {}
                }
            }
        }
    }

    @Test func `leaving a download early cancels it`() async throws {
        let cancelled = Flag()
        try await TestServer.with(.tests(cancelled: cancelled)) { client, _ in
            try await client.download(Method.download, head(credit: .max), CallContext()) { (_: Empty, body) in
                for try await _ in body { break }
            }
            await cancelled.wait()
        }
    }

    @Test func `a slow reader stops its own stream only`() async throws {
        try await TestServer.with { client, _ in
            try await client.download(Method.download, head(credit: 50_000_000), CallContext()) { (_: Empty, body) in
                let reader = body.makeAsyncIterator()
                var count = try await reader.next()?.count ?? 0
                for index in 0..<20 {
                    let answer: RequestHead = try await client.call(Method.echo, head("\(index)"), CallContext())
                    #expect(answer.trace == "\(index)")
                    let other = try await client.download(Method.download, head(credit: 3_000_000), CallContext()) {
                        (_: Empty, body) in try await body.reduce(0) { $0 + $1.count }
                    }
                    #expect(other == 3_000_000)
                }
                while let chunk = try await reader.next() { count += chunk.count }
                #expect(count == 50_000_000)
            }
        }
    }

    @Test func `a sender goes no further than its credit`() async throws {
        let stream = SendStream(credit: 10)
        let sent = Sizes()
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                _ = try? await stream.send(Chunk([UInt8](repeating: 0, count: 25)).buffer) { piece in
                    sent.add(piece.readableBytes)
                }
            }
            while sent.all.isEmpty { await Task.yield() }
            #expect(sent.all == [10])
            stream.add(credit: 15)
            await group.waitForAll()
        }
        #expect(sent.all == [10, 15])
    }
}

private final class Sizes: Sendable {
    private let sizes = Mutex<[Int]>([])

    var all: [Int] { sizes.withLock { $0 } }

    func add(_ size: Int) { sizes.withLock { $0.append(size) } }
}

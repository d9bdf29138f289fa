import Blobs
import Foundation
import Model
import Postgres
import Testing

@testable import ArtifactService
@testable import struct ArtifactService.Asset

@Suite struct PartedUploadTests {
    private func start(_ world: World, parts: Int, seconds: Int = 0, id: String = "a") async throws -> (
        UploadName, [String]
    ) {
        var fields = Asset.Draft.Fields()
        (fields.id, fields.fileName) = (id, "big.bin")
        return try await world.uploads.start(
            try Asset.Draft(fields), at: world.here, parts: parts, seconds: seconds, as: world.member(.editor))
    }

    @Test func `parts in any order and repeated make the file, and completing twice answers twice`() async throws {
        try await World.with { world in
            let parts: [[UInt8]] = (1...4).map { [UInt8](repeating: UInt8($0), count: 1_100_000) }
            let (name, tokens) = try await start(world, parts: 4)
            var asked: [(number: Int, etag: String)] = []
            _ = try await world.uploads.put(tokens[2], World.stream([9, 9, 9]))
            for index in [3, 0, 2, 1] {
                asked.append((index + 1, try await world.uploads.put(tokens[index], World.stream(parts[index]))))
            }
            let whole = Array(parts.joined())
            for _ in 0..<2 {
                let (asset, place) = try await world.uploads.complete(
                    name.text, asked, size: Int64(whole.count), as: world.member(.editor))
                #expect(asset.body == .stored(digest: Digest.of(whole), size: Int64(whole.count)))
                #expect(place == world.here)
            }
            #expect(try await world.bytes("a") == whole)
            #expect(await code { _ = try await world.uploads.put(tokens[0], World.stream([1])) } == .notFound)
            // The parts are nobody's now.
            #expect(try await world.care.sweep(grace: .zero).blobsRemoved >= 4)
            #expect(try await world.bytes("a") == whole)
        }
    }

    @Test func `what does not fit is refused, and can still be put right`() async throws {
        try await World.with { world in
            let (name, tokens) = try await start(world, parts: 2)
            let first = try await world.uploads.put(tokens[0], World.stream([1]))
            func complete(_ asked: [(number: Int, etag: String)], _ size: Int64) async throws {
                _ = try await world.uploads.complete(name.text, asked, size: size, as: world.admin)
            }
            #expect(await code { try await complete([(1, first), (2, first)], 2) } == .invalid)
            #expect(await code { try await complete([], 0) } == .invalid)
            let second = try await world.uploads.put(tokens[1], World.stream([2]))
            #expect(await code { try await complete([(1, first), (2, first)], 2) } == .invalid)
            #expect(await code { try await complete([(1, first), (1, first)], 2) } == .invalid)
            #expect(await code { try await complete([(1, first), (2, second)], 3) } == .invalid)
            try await complete([(2, "\"\(second)\""), (1, first)], 2)
            #expect(try await world.bytes("a") == [1, 2])
        }
    }

    @Test func `a changed, foreign or expired token opens nothing`() async throws {
        try await World.with { world in
            let (name, tokens) = try await start(world, parts: 2)
            let token = tokens[0]
            for index in token.indices {
                var letters = Array(token)
                let place = token.distance(from: token.startIndex, to: index)
                letters[place] = letters[place] == "A" ? "B" : "A"
                #expect(throws: Failure.self) { try PartToken(String(letters), signer: world.signer) }
            }
            #expect(await code { _ = try await world.uploads.put("", World.stream([1])) } == .forbidden)
            let cursor = world.signer.seal([UInt8](repeating: 1, count: 48), for: .cursor)
            #expect(throws: Failure.self) { try PartToken(cursor, signer: world.signer) }
            let past = PartToken(name: name, number: 1, expiresAt: Date(timeIntervalSinceNow: -1)).sealed(
                by: world.signer)
            #expect(await code { _ = try await world.uploads.put(past, World.stream([1])) } == .forbidden)
            let third = PartToken(name: name, number: 3, expiresAt: .init(timeIntervalSinceNow: 60)).sealed(
                by: world.signer)
            #expect(await code { _ = try await world.uploads.put(third, World.stream([1])) } == .notFound)
        }
    }

    @Test func `only who may log completes or aborts, and an aborted upload is over`() async throws {
        try await World.with { world in
            let (name, tokens) = try await start(world, parts: 1)
            let etag = try await world.uploads.put(tokens[0], World.stream([1]))
            func complete(_ access: Access) async -> Failure.Code? {
                await code { _ = try await world.uploads.complete(name.text, [(1, etag)], size: 1, as: access) }
            }
            #expect(await complete(world.member(.viewer)) == .forbidden)
            #expect(await complete(world.access()) == .notFound)
            #expect(await code { try await world.uploads.abort(name.text, as: world.member(.viewer)) } == .forbidden)
            try await world.uploads.abort(name.text, as: world.member(.editor))
            #expect(await complete(world.admin) == .notFound)
            #expect(await code { _ = try await world.uploads.put(tokens[0], World.stream([1])) } == .notFound)
            #expect(await code { try await world.uploads.abort("nonsense", as: world.admin) } == .notFound)
        }
    }

    @Test func `an upload that expires is swept with its parts`() async throws {
        try await World.with { world in
            let (name, tokens) = try await start(world, parts: 1)
            _ = try await world.uploads.put(tokens[0], World.stream([1]))
            #expect(try await world.care.sweep(grace: .zero).blobsRemoved == 0)
            try await world.owner.run(
                "UPDATE artifact.uploads SET expires_at = now() - interval '1 second'",
                for: .one(world.here.workspace.uuid))
            #expect(
                await code { _ = try await world.uploads.complete(name.text, [], size: 0, as: world.admin) }
                    == .notFound)
            #expect(try await world.care.sweep(grace: .zero).blobsRemoved == 1)
        }
    }
}

import Blobs
import Foundation
import Model
import Testing

@testable import ArtifactService
@testable import struct ArtifactService.Asset

@Suite struct AssetsTests {
    @Test func `a file comes back as it went, with what was said of it`() async throws {
        try await World.with { world in
            let bytes = [UInt8]("{\"a\": 1}".utf8)
            let asset = try await world.upload(bytes) {
                ($0.id, $0.fileName, $0.type, $0.context) = ("a1", "folder/sub/data.json", "dataframe", "train")
                ($0.step, $0.epoch, $0.metadata, $0.grouping) = (1.5, 2, "{\"k\":[1,2]}", "model")
            }
            #expect(asset == (try await world.assets.get("a1", of: world.here, as: world.admin)))
            #expect(asset.body == .stored(digest: Digest.of(bytes), size: Int64(bytes.count)))
            #expect(asset.contentType == "application/json")
            #expect(asset.draft.step == 1.5 && asset.draft.metadata == "{\"k\":[1,2]}")
            #expect(try await world.bytes("a1") == bytes)
        }
    }

    @Test func `the same id again is the same upload, and the first one stays`() async throws {
        try await World.with { world in
            let first = try await world.upload([1, 2, 3]) { $0.id = "a" }
            let again = try await world.upload([1, 2, 3]) { $0.id = "a" }
            #expect(first == again)
            #expect(try await world.upload([9]) { $0.id = "a" } == first)
            #expect(try await world.count(of: world.here) == 1)
            // Ids are the client's, and known within one experiment only.
            try await world.upload([4], to: world.beside) { $0.id = "a" }
            #expect(try await world.bytes("a") == [1, 2, 3])
        }
    }

    @Test func `overwrite takes the place of others of the same name`() async throws {
        try await World.with { world in
            try await world.upload([1]) { ($0.id, $0.fileName) = ("a", "x") }
            try await world.upload([2]) { ($0.id, $0.fileName) = ("b", "x") }
            try await world.upload([3]) { ($0.id, $0.fileName) = ("c", "y") }
            try await world.upload([4]) { ($0.id, $0.fileName, $0.overwrite) = ("d", "x", true) }
            #expect(try await Set(world.names()) == ["x", "y"])
            #expect(try await world.bytes("d") == [4])
            try await world.upload([5]) { ($0.id, $0.fileName, $0.overwrite) = ("d", "x", true) }
            #expect(try await world.bytes("d") == [5])
        }
    }

    @Test func `sixteen that overwrite one name leave one`() async throws {
        try await World.with { world in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<16 {
                    group.addTask { @Sendable in
                        try await world.upload([UInt8(number)]) { ($0.fileName, $0.overwrite) = ("best.bin", true) }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await world.names() == ["best.bin"])
        }
    }

    @Test func `sixty-four uploads of the same bytes while it sweeps make one blob and sixty-four assets`() async throws
    {
        try await World.with { world in
            let bytes = [UInt8](repeating: 3, count: 400_000)
            try await withThrowingTaskGroup(of: Void.self) { group in
                let sweeper = Task { @Sendable in
                    while !Task.isCancelled { _ = try await world.care.sweep(grace: .zero) }
                }
                for number in 0..<64 {
                    group.addTask { @Sendable in
                        try await world.upload(bytes) { $0.id = "a\(number)" }
                        #expect(try await world.bytes("a\(number)") == bytes)
                    }
                }
                try await group.waitForAll()
                sweeper.cancel()
                _ = await sweeper.result
            }
            #expect(try await world.count(of: world.here) == 64)
            #expect(try await world.care.scrub(bytesPerSecondMax: .max) == Care.Findings())
        }
    }

    @Test func `bytes without their digest or size, and too many, leave no asset`() async throws {
        try await World.with { world in
            let draft = try Asset.Draft(Asset.Draft.Fields())
            func put(_ size: Int64, _ digest: Digest?, _ bytes: [UInt8]) async throws {
                _ = try await world.assets.upload(
                    draft, to: world.here, sizeExpected: size, expecting: digest, World.stream(bytes), as: world.admin)
            }
            #expect(await code { try await put(0, Digest.of([1]), [2]) } == .invalid)
            #expect(await code { try await put(5, nil, [2]) } == .invalid)
            #expect(await code { try await put(1 << 40, nil, [2]) } == .invalid)
            #expect(await code { try await put(0, nil, [UInt8](repeating: 0, count: 50_000_001)) } == .invalid)
            #expect(try await world.count(of: world.here) == 0)
        }
    }

    @Test func `lists filter by type, name, group and version, and come in pages`() async throws {
        try await World.with { world in
            let start = Date(timeIntervalSince1970: 1_700_000_000)
            for number in 0..<10 {
                try await world.upload([UInt8(number)]) {
                    ($0.id, $0.fileName, $0.createdAt) = ("a\(number)", "n\(number)", start + Double(number / 3))
                    $0.type = ["asset", "visualization", "image", "model-element"][number % 4]
                    $0.grouping = number % 4 == 3 ? "net" : ""
                    $0.artifactVersion = number == 0 ? "v1" : ""
                }
            }
            #expect(try await world.names() == (0..<10).map { "n\($0)" })
            #expect(try await world.names(AssetFilter(type: "all")).count == 10)
            #expect(try await world.names(AssetFilter(type: "image")) == ["n1", "n2", "n5", "n6", "n9"])
            #expect(try await world.names(AssetFilter(type: "asset")) == ["n0", "n4", "n8"])
            #expect(try await world.names(AssetFilter(type: "unheard-of")).isEmpty)
            #expect(try await world.names(AssetFilter(grouping: "net")) == ["n3", "n7"])
            #expect(try await world.names(AssetFilter(name: "n4")) == ["n4"])
            #expect(try await world.names(AssetFilter(artifactVersion: "v1")) == ["n0"])
            var (position, seen): (AssetPosition?, [String]) = (nil, [])
            repeat {
                let page = try await world.assets.list(
                    AssetFilter(), of: world.here, after: position, limit: 3, as: world.admin)
                seen += page.assets.map(\.draft.fileName)
                position = page.next
            } while position != nil
            #expect(seen == (0..<10).map { "n\($0)" })
        }
    }

    @Test func `a page holds no more than a message can, and at least one asset`() async throws {
        try await World.with { world in
            for number in 0..<6 {
                try await world.upload([1]) {
                    $0.id = "a\(number)"
                    $0.metadata = String(repeating: "x", count: 500_000)
                }
            }
            let page = try await world.assets.list(AssetFilter(), of: world.here, after: nil, limit: 0, as: world.admin)
            #expect(page.assets.count == 4)
            #expect(page.next?.id == "a3")
        }
    }

    @Test func `links are kept as text, and those into the reader's machine are refused`() async throws {
        try await World.with { world in
            let draft = try Asset.Draft(Asset.Draft.Fields())
            let asset = try await world.assets.link(draft, to: world.here, "s3://bucket/key", as: world.admin)
            #expect(asset.body == .link("s3://bucket/key") && asset.size == 0)
            #expect(
                await code { _ = try await world.assets.open(asset.draft.id, of: world.here, as: world.admin) }
                    == .invalid)
            for link in ["file:///etc/passwd", "FILE:/x", "javascript:alert(1)", "data:text/html,x", "", "a\nb"] {
                #expect(
                    await code { _ = try await world.assets.link(draft, to: world.here, link, as: world.admin) }
                        == .invalid)
            }
        }
    }

    @Test func `deleting takes some with what hangs on them, or all`() async throws {
        try await World.with { world in
            for id in ["a", "b", "c"] { try await world.upload([1]) { ($0.id, $0.fileName) = (id, id) } }
            try await world.upload([2]) { ($0.id, $0.fileName, $0.parent) = ("d", "d", "a") }
            try await world.assets.delete(["a", "unknown"], of: world.here, as: world.admin)
            #expect(try await Set(world.names()) == ["b", "c"])
            try await world.assets.delete([], of: world.here, as: world.admin)
            #expect(try await world.names().isEmpty)
        }
    }

    @Test func `a copy has the same files up to a step, and twice is once`() async throws {
        try await World.with { world in
            for (id, step) in [("a", 1.0), ("b", 5.0), ("c", nil)] as [(String, Double?)] {
                try await world.upload([UInt8](id.utf8)) { ($0.id, $0.fileName, $0.step) = (id, id, step) }
            }
            for target in [world.beside, world.there] {
                for _ in 0..<2 {
                    try await world.assets.copy(from: world.here, to: target, stepLast: 2, as: world.admin)
                }
                #expect(try await Set(world.names(of: target)) == ["a", "c"])
                #expect(try await world.bytes("a", of: target) == [UInt8]("a".utf8))
            }
            #expect(try await world.names().count == 3)
        }
    }

    @Test func `metadata can follow the bytes`() async throws {
        try await World.with { world in
            try await world.upload([1]) { $0.id = "a" }
            let asset = try await world.assets.describe("a", of: world.here, metadata: "{}", as: world.admin)
            #expect(asset.draft.metadata == "{}")
            #expect(
                await code { _ = try await world.assets.describe("b", of: world.here, metadata: "", as: world.admin) }
                    == .notFound)
        }
    }
}

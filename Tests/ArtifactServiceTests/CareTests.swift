import Blobs
import Foundation
import Model
import Testing

@testable import ArtifactService

@Suite struct CareTests {
    @Test func `the files of a deleted experiment go, with their bytes, and those of others stay`() async throws {
        try await World.with { world in
            try await world.upload([1]) { $0.id = "a" }
            try await world.upload([2]) { $0.id = "b" }
            try await world.upload([2], to: world.beside) { $0.id = "c" }
            try await world.upload([1], to: world.there) { $0.id = "d" }
            try await world.deleteExperiment(world.here)
            let report = try await world.care.sweep(grace: .zero)
            #expect(report.blobsRemoved == 1)
            #expect(try await world.count(of: world.here) == 0)
            #expect(try await world.bytes("c", of: world.beside) == [2])
            #expect(try await world.bytes("d", of: world.there) == [1])
            #expect(try await world.care.sweep(grace: .zero).blobsRemoved == 0)
        }
    }

    @Test func `a blob younger than the grace stays`() async throws {
        try await World.with { world in
            try await world.upload([1]) { $0.id = "a" }
            try await world.assets.delete([], of: world.here, as: world.admin)
            #expect(try await world.care.sweep(grace: .seconds(60)).blobsRemoved == 0)
            #expect(try await world.care.sweep(grace: .zero).blobsRemoved == 1)
        }
    }

    @Test func `a scrub finds what is damaged and what is missing, and reading those is an error`() async throws {
        try await World.with { world in
            for (id, byte) in [("a", 1), ("b", 2), ("c", 3)] as [(String, UInt8)] {
                try await world.upload([byte]) { $0.id = id }
            }
            func file(_ byte: UInt8) -> URL {
                let hex = Digest.of([byte]).hex
                return world.root.appendingPathComponent("\(world.here.workspace.text)/\(hex.prefix(2))/\(hex)")
            }
            try Data([7]).write(to: file(1))
            try FileManager.default.removeItem(at: file(2))
            let findings = try await world.care.scrub(bytesPerSecondMax: .max)
            #expect(findings.damaged.map(\.digest) == [Digest.of([1])])
            #expect(Set(findings.missing.map(\.digest)) == [Digest.of([1]), Digest.of([2])])
            #expect(await code { _ = try await world.bytes("a") } == .unavailable)
            #expect(await code { _ = try await world.bytes("b") } == .unavailable)
            #expect(try await world.bytes("c") == [3])
            try await world.upload([1]) { $0.id = "a" }
            #expect(try await world.bytes("a") == [1])
        }
    }
}

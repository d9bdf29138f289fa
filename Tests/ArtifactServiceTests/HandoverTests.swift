import Foundation
import Model
import SwiftProtobuf
import TestKit
import Testing
import Wire
import WireMessages

@testable import ArtifactClient
@testable import ArtifactService
@testable import struct ArtifactService.Asset

/// Large files go to a process of this machine as open files, whose bytes it reads itself.
@Suite struct HandoverTests {
    private static let large = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }

    /// The service behind its socket, and a client that knows where its open files are to be had.
    private func serving(
        files: String? = nil, _ body: (World, ArtifactClient, HandedFiles, CallContext) async throws -> Void
    ) async throws {
        try await World.with { world in
            let folder = world.root.deletingLastPathComponent().path
            var config = ArtifactConfig(blobRoot: world.root.path, signingSecret: [UInt8](repeating: 7, count: 32))
            config.handoverPath = folder + "/f"
            let service = try ArtifactService(
                database: world.database, config: config, logger: ScratchDatabase.logger)
            var methods = Methods()
            service.register(in: &methods)
            let (people, socket) = ([world.admin, world.member(.viewer)], Address.unix(folder + "/s"))
            let server = RPCServer(
                service: "artifact", listen: socket, methods: methods,
                verify: { bytes throws(Failure) in people[Int(bytes[0])] }, logger: ScratchDatabase.logger)
            await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server.run() }
                let rpc = RPCClient(
                    service: "artifact", as: "gateway", addresses: [socket], logger: ScratchDatabase.logger)
                let handed = HandedFiles(path: files ?? config.handoverPath)
                let client = ArtifactClient(rpc: rpc, files: handed)
                let context = CallContext(access: [0], deadline: .seconds(60))
                do { try await body(world, client, handed, context) } catch { Issue.record(error) }
                await rpc.close()
                group.cancelAll()
                try? await group.waitForAll()
            }
        }
    }

    private func upload(_ bytes: [UInt8], _ world: World, _ client: ArtifactClient, _ context: CallContext) async throws
        -> DownloadAssetRequest
    {
        let draft = AssetDraft.with { ($0.experiment, $0.fileName) = (ExperimentRef(world.here), "large.bin") }
        let answer = try await client.upload(
            .with { $0.draft = draft }, context, body: World.stream(bytes))
        return .with {
            ($0.experiment, $0.assetID) = (ExperimentRef(world.here), answer.asset.asset.assetID)
        }
    }

    private func read(_ request: DownloadAssetRequest, _ client: ArtifactClient, _ context: CallContext) async throws
        -> [UInt8]
    {
        var bytes: [UInt8] = []
        try await client.read(request, context) { bytes += Chunk(buffer: $0).withUnsafeBytes(Array.init) }
        return bytes
    }

    /// What the service answers to somebody who can fetch files: the ticket, and how many bytes came instead.
    private func ask(_ request: DownloadAssetRequest, _ client: ArtifactClient, _ context: CallContext) async throws
        -> (ticket: [UInt8], bytes: Int)
    {
        var request = request
        request.takesFiles = true
        return try await client.download(request, context) { answer, chunks in
            var count = 0
            for try await chunk in chunks { count += chunk.count }
            return (Array(answer.fileTicket), count)
        }
    }

    @Test func `a large file comes whole and in parts`() async throws {
        try await serving { world, client, _, context in
            let request = try await upload(Self.large, world, client, context)
            #expect(try await ask(request, client, context).ticket.count == 16)
            #expect(try await read(request, client, context) == Self.large)
            var part = request
            (part.from, part.length) = (700_001, 2_000_000)
            #expect(try await ask(part, client, context).ticket.count == 16)
            #expect(try await read(part, client, context) == Array(Self.large[700_001..<2_700_001]))
        }
    }

    @Test func `small files and short parts come through the connection`() async throws {
        try await serving { world, client, _, context in
            let small = try await upload([1, 2, 3], world, client, context)
            #expect(try await ask(small, client, context) == ([], 3))
            #expect(try await read(small, client, context) == [1, 2, 3])
            var part = try await upload(Self.large, world, client, context)
            part.length = 1000
            #expect(try await ask(part, client, context) == ([], 1000))
            #expect(try await read(part, client, context) == Array(Self.large[..<1000]))
        }
    }

    @Test func `a ticket is good once, and no other opens anything`() async throws {
        try await serving { world, client, files, context in
            let request = try await upload(Self.large, world, client, context)
            let ticket = try await ask(request, client, context).ticket
            _ = try await files.fetch(ticket)
            for bad in [ticket, [UInt8](repeating: 0, count: 16), [], ticket + [0], Array(ticket.dropLast())] {
                await #expect(throws: Failure.self) { try await files.fetch(bad) }
            }
        }
    }

    @Test func `who may not read the file gets no ticket`() async throws {
        try await serving { world, client, _, context in
            let request = try await upload(Self.large, world, client, context)
            let viewer = CallContext(access: [1], deadline: .seconds(60))
            #expect(try await read(request, client, viewer) == Self.large)
            var elsewhere = request
            elsewhere.experiment = ExperimentRef(world.there)
            await #expect(throws: Failure.self) { try await ask(elsewhere, client, viewer) }
        }
    }

    @Test func `a file that takes longer than its call may is broken off`() async throws {
        try await serving { world, client, files, context in
            let request = try await upload(Self.large, world, client, context)
            let file = try await files.fetch(try await ask(request, client, context).ticket)
            let refusal = await #expect(throws: Failure.self) {
                try await file.copy(from: 0, count: 3_000_000, until: .now, threads: files.threads) { _ in }
            }
            #expect(refusal?.code == .deadline)
        }
    }

    @Test func `where the open file is not to be had, the bytes come through the connection`() async throws {
        try await serving(files: "/nowhere/at/all") { world, client, _, context in
            let request = try await upload(Self.large, world, client, context)
            #expect(try await read(request, client, context) == Self.large)
        }
    }

    @Test func `a file that was not verified lately is read here, and a damaged one never handed out`() async throws {
        try await serving { world, client, _, context in
            let request = try await upload(Self.large, world, client, context)
            let file = try #require(
                FileManager.default.enumerator(at: world.root, includingPropertiesForKeys: [.fileSizeKey])?
                    .compactMap { $0 as? URL }
                    .first { (try? $0.resourceValues(forKeys: [.fileSizeKey]).fileSize) == Self.large.count })
            let handle = try FileHandle(forUpdating: file)
            try handle.seek(toOffset: 5)
            try handle.write(contentsOf: [Self.large[5] ^ 1])
            try handle.close()
            await #expect(throws: Failure.self) { try await read(request, client, context) }
            try FileHandle(forUpdating: file).write(contentsOf: Self.large[..<10])
            #expect(try await ask(request, client, context) == ([], Self.large.count))
            #expect(try await ask(request, client, context).ticket.count == 16)
        }
    }
}

import Blobs
import Foundation
import Logging
import Model
import Postgres
import TestKit
import Wire

@testable import ArtifactService
@testable import struct ArtifactService.Asset

/// Two workspaces with an experiment each, and a second project in the first one.
struct World {
    let database: Database
    let owner: Database
    let blobs: BlobStore
    let root: URL
    let here = Place(workspace: .fresh(), project: .fresh(), experiment: .fresh())
    let there = Place(workspace: .fresh(), project: .fresh(), experiment: .fresh())
    let beside: Place
    let signer = Signer(secret: [UInt8](repeating: 7, count: 32))

    var assets: Assets { Assets(store: AssetStore(database: database), blobs: blobs, bytesMax: 50_000_000) }
    var uploads: PartedUploads {
        PartedUploads(
            store: PartedUploadStore(database: database), assets: assets, blobs: blobs, signer: signer,
            partBytesMax: 10_000_000)
    }
    var care: Care {
        Care(store: CareStore(database: database), blobs: blobs, logger: ScratchDatabase.logger)
    }

    static func with(_ body: (World) async throws -> Void) async throws {
        try await ScratchDirectory.with { folder in
            try await ScratchDatabase.with(role: .artifact) { database, owner in
                let world = World(
                    database: database, owner: owner, blobs: try BlobStore(root: folder.path + "/blobs"),
                    root: folder.appendingPathComponent("blobs"))
                for place in [world.here, world.there, world.beside] { try await world.makeExperiment(place) }
                try await body(world)
            }
        }
    }

    private init(database: Database, owner: Database, blobs: BlobStore, root: URL) {
        (self.database, self.owner, self.blobs, self.root) = (database, owner, blobs, root)
        beside = Place(workspace: here.workspace, project: .fresh(), experiment: .fresh())
    }

    func makeExperiment(_ place: Place) async throws {
        try await owner.run(
            """
            INSERT INTO tracking.experiments (workspace_id, id, project_id, key, name, owner_id, owner_name, started_at)
            VALUES (\(place.workspace.uuid), \(place.experiment.uuid), \(place.project.uuid),
                    \(place.experiment.text.replacing("-", with: "")), 'x', \(UUID()), 'x', now())
            """, for: .one(place.workspace.uuid))
    }

    func deleteExperiment(_ place: Place) async throws {
        try await owner.run(
            "DELETE FROM tracking.experiments WHERE id = \(place.experiment.uuid)", for: .one(place.workspace.uuid))
    }

    /// Somebody with these roles and no others.
    func access(_ grants: Grant...) -> Access {
        Access(
            kind: .person, principal: .fresh(), name: "Ada", grants: grants, credential: .fresh(),
            expiresAt: .distantFuture)
    }

    var admin: Access {
        access(Grant(.admin, on: .workspace(here.workspace)), Grant(.admin, on: .workspace(there.workspace)))
    }
    func member(_ role: Role) -> Access { access(Grant(role, on: .project(here.project, in: here.workspace))) }

    @discardableResult
    func upload(
        _ bytes: [UInt8], to place: Place? = nil, as access: Access? = nil,
        _ change: (inout Asset.Draft.Fields) -> Void = { _ in }
    ) async throws -> Asset {
        var fields = Asset.Draft.Fields()
        fields.fileName = "file.bin"
        change(&fields)
        return try await assets.upload(
            try Asset.Draft(fields), to: place ?? here, sizeExpected: 0, expecting: nil, Self.stream(bytes),
            as: access ?? admin)
    }

    func bytes(_ id: String, of place: Place? = nil) async throws -> [UInt8] {
        let (_, blob) = try await assets.open(id, of: place ?? here, as: admin)
        var reading = blob.read(count: blob.size)
        var all: [UInt8] = []
        while let chunks = try await reading.next() { all += chunks.joined() }
        return all
    }

    func names(_ filter: AssetFilter = AssetFilter(), of place: Place? = nil) async throws -> [String] {
        try await assets.list(filter, of: place ?? here, after: nil, limit: 0, as: admin).assets.map(\.draft.fileName)
    }

    static func stream(_ bytes: [UInt8], piece: Int = 100_000) -> Incoming {
        Incoming(
            stride(from: 0, to: bytes.count, by: piece).map { Chunk(Array(bytes[$0..<min($0 + piece, bytes.count)])) })
    }

    /// How many rows there are, past every policy.
    func count(of place: Place) async throws -> Int {
        try await owner.first(
            "SELECT count(*) FROM artifact.assets WHERE experiment_id = \(place.experiment.uuid)", for: .none
        ) { try $0.read() } ?? -1
    }
}

/// The code of the failure that `body` throws.
func code(_ body: () async throws -> Void) async -> Failure.Code? {
    do {
        try await body()
        return nil
    } catch {
        return (error as? Failure)?.code ?? .bug
    }
}

import Blobs
import Foundation
import Logging
import Model
import Postgres
import Testing
import WireMessages

@testable import ArtifactService
@testable import struct ArtifactService.Asset
@testable import Wire

/// Who gets through, and who does not even learn that there is a wall.
@Suite struct WallTests {
    @Test func `roles may what the matrix says, and strangers find nothing`() async throws {
        try await World.with { world in
            try await world.upload([1]) { $0.id = "a" }
            let stranger = world.access(Grant(.owner, on: .workspace(world.there.workspace)))
            let roles: [(Access, read: Failure.Code?, log: Failure.Code?, delete: Failure.Code?)] = [
                (world.access(), .notFound, .notFound, .notFound),
                (stranger, .notFound, .notFound, .notFound),
                (world.member(.viewer), nil, .forbidden, .forbidden),
                (world.member(.editor), nil, nil, .forbidden),
                (world.member(.admin), nil, nil, nil),
            ]
            for (access, read, log, delete) in roles {
                #expect(await code { _ = try await world.assets.get("a", of: world.here, as: access) } == read)
                #expect(await code { _ = try await world.assets.open("a", of: world.here, as: access) } == read)
                #expect(
                    await code {
                        _ = try await world.assets.list(AssetFilter(), of: world.here, after: nil, limit: 0, as: access)
                    } == read)
                #expect(await code { try await world.upload([2], as: access) } == log)
                #expect(
                    await code { _ = try await world.assets.describe("a", of: world.here, metadata: "", as: access) }
                        == log)
                #expect(
                    await code {
                        _ = try await world.uploads.start(
                            try Asset.Draft(Asset.Draft.Fields()), at: world.here, parts: 1, seconds: 0, as: access)
                    } == log)
                #expect(
                    await code {
                        try await world.assets.copy(from: world.here, to: world.here, stepLast: 0, as: access)
                    }
                        == log)
                #expect(await code { try await world.assets.delete(["none"], of: world.here, as: access) } == delete)
            }
        }
    }

    /// The right is real, the place is not: an experiment of one workspace or project under the name of another.
    @Test func `an experiment cannot be reached through a project it is not in`() async throws {
        try await World.with { world in
            try await world.upload([1]) { $0.id = "a" }
            let wrong = [
                Place(
                    workspace: world.there.workspace, project: world.there.project, experiment: world.here.experiment),
                Place(
                    workspace: world.here.workspace, project: world.beside.project, experiment: world.here.experiment),
                Place(workspace: world.there.workspace, project: world.here.project, experiment: world.here.experiment),
            ]
            for place in wrong {
                let (store, site) = (world.assets.store, try Site(place, world.admin, .log))
                #expect(try await !store.knows(site))
                #expect(try await store.find("a", in: site) == nil)
                #expect(try await store.describe("a", metadata: "x", in: site) == nil)
                #expect(try await store.list(AssetFilter(), after: nil, limit: 10, in: site).assets.isEmpty)
                #expect(try await store.delete([], in: site) == 0)
                #expect(await code { try await world.upload([2], to: place) } == .notFound)
                #expect(await code { try await world.upload([2], to: place) { $0.overwrite = true } } == .notFound)
                let draft = try Asset.Draft(Asset.Draft.Fields())
                #expect(
                    await code { _ = try await world.assets.link(draft, to: place, "s3://x", as: world.admin) }
                        == .notFound)
                #expect(
                    await code {
                        _ = try await world.uploads.start(draft, at: place, parts: 1, seconds: 0, as: world.admin)
                    } == .notFound)
                #expect(
                    await code {
                        try await world.assets.copy(from: place, to: world.there, stepLast: 9, as: world.admin)
                    }
                        == .notFound)
                try await store.copy(from: site, to: try Site(world.there, world.admin, .log), stepLast: 9)
            }
            #expect(try await world.count(of: world.here) == 1)
            #expect(try await world.count(of: world.there) == 0)
            #expect(try await world.assets.get("a", of: world.here, as: world.admin).draft.metadata.isEmpty)
        }
    }

    @Test func `the database itself shows a tenant no row of another`() async throws {
        try await World.with { world in
            try await world.upload([1]) { $0.id = "a" }
            let (name, _) = try await world.uploads.start(
                try Asset.Draft(Asset.Draft.Fields()), at: world.here, parts: 1, seconds: 0, as: world.admin)
            for table in ["assets", "uploads"] {
                let count: SQL =
                    table == "assets" ? "SELECT count(*) FROM artifact.assets" : "SELECT count(*) FROM artifact.uploads"
                let mine = try await world.database.first(count, for: .one(world.here.workspace.uuid)) {
                    try $0.read(Int.self)
                }
                let theirs = try await world.database.first(count, for: .one(world.there.workspace.uuid)) {
                    try $0.read(Int.self)
                }
                let nobodys = try await world.database.first(count, for: .none) { try $0.read(Int.self) }
                #expect(mine == 1 && theirs == 0 && nobodys == 0)
            }
            let care = CareStore(database: world.database)
            #expect(try await care.used([Digest.of([1])], of: world.there.workspace.uuid).isEmpty)
            #expect(try await care.used([Digest.of([1])], of: world.here.workspace.uuid) == [Digest.of([1])])
            let elsewhere = UploadName(workspace: world.there.workspace.uuid, upload: name.upload)
            #expect(try await world.uploads.store.find(elsewhere) == nil)
            #expect(try await world.uploads.store.parts(of: elsewhere).isEmpty)
            let part = PartedUpload.Part(number: 1, digest: Digest.of([1]), size: 1)
            #expect(try await !world.uploads.store.put(part, of: elsewhere))
            try await world.uploads.store.delete(elsewhere)
            #expect(try await world.uploads.store.find(name) != nil)
        }
    }

    @Test func `every method is answered`() async throws {
        try await World.with { world in
            let config = ArtifactConfig(blobRoot: world.root.path, signingSecret: [UInt8](repeating: 1, count: 32))
            var methods = Methods()
            try ArtifactService(database: world.database, config: config, logger: .init(label: "test"))
                .register(in: &methods)
            let all = ArtifactMethod.allCases.map(\.rawValue).filter { $0 != 0 }
            #expect(methods.numbers.map(Int.init) == all.sorted())
        }
    }
}

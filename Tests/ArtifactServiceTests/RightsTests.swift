import Foundation
import Model
import SwiftProtobuf
import TestKit
import Testing
import Wire
import WireMessages

@testable import ArtifactService
@testable import struct ArtifactService.Asset

/// Every method of the service, tried by everybody.
@Suite struct RightsTests {
    typealias Row = RightsRow<World>

    private static func draft(_ world: World, id: String = "") -> AssetDraft {
        .with { ($0.experiment, $0.assetID, $0.fileName) = (ExperimentRef(world.here), id, "secret.bin") }
    }

    /// A file that somebody else has uploaded.
    private static func uploaded(_ world: World) async throws -> String {
        try await world.upload([1]) { $0.fileName = "secret.bin" }.draft.id
    }

    /// Parts that somebody else has begun to upload.
    private static func begun(_ world: World) async throws -> (request: String, token: String) {
        let draft = try Asset.Draft(Asset.Draft.Fields())
        let (name, tokens) = try await world.uploads.start(
            draft, at: world.here, parts: 1, seconds: 0, as: world.admin)
        return (name.text, tokens[0])
    }

    private static let files: [Row] = [
        Row(ArtifactMethod.uploadAsset, .needs(.log), .upload) { world, _ in
            UploadAssetRequest.with { $0.draft = draft(world) }
        },
        Row(ArtifactMethod.linkAsset, .needs(.log)) { world, _ in
            LinkAssetRequest.with { ($0.draft, $0.link) = (draft(world), "s3://bucket/key") }
        },
        Row(ArtifactMethod.listAssets, .needs(.read)) { world, _ in
            ListAssetsRequest.with { $0.experiment = ExperimentRef(world.here) }
        },
        Row(ArtifactMethod.getAsset, .needs(.read)) { world, _ in
            let id = try await uploaded(world)
            return GetAssetRequest.with { ($0.experiment, $0.assetID) = (ExperimentRef(world.here), id) }
        },
        Row(ArtifactMethod.downloadAsset, .needs(.read), .download) { world, _ in
            let id = try await uploaded(world)
            return DownloadAssetRequest.with { ($0.experiment, $0.assetID) = (ExperimentRef(world.here), id) }
        },
        Row(ArtifactMethod.deleteAssets, .needs(.delete)) { world, _ in
            let id = try await uploaded(world)
            return DeleteAssetsRequest.with { ($0.experiment, $0.assetIds) = (ExperimentRef(world.here), [id]) }
        },
        Row(ArtifactMethod.copyAssets, .needs(.log)) { world, _ in
            CopyAssetsRequest.with {
                ($0.source, $0.target) = (ExperimentRef(world.here), ExperimentRef(world.beside))
            }
        },
        Row(ArtifactMethod.describeAsset, .needs(.log)) { world, _ in
            let id = try await uploaded(world)
            return DescribeAssetRequest.with {
                ($0.experiment, $0.assetID, $0.metadataJson) = (ExperimentRef(world.here), id, "{}")
            }
        },
    ]

    private static let parts: [Row] = [
        Row(ArtifactMethod.startMultipart, .needs(.log)) { world, _ in
            StartMultipartRequest.with { ($0.draft, $0.parts) = (draft(world), 1) }
        },
        Row(ArtifactMethod.uploadPart, .anybody, .upload) { world, _ in
            let (_, token) = try await begun(world)
            return UploadPartRequest.with { $0.token = token }
        },
        Row(ArtifactMethod.completeMultipart, .needs(.log)) { world, _ in
            let (request, token) = try await begun(world)
            let etag = try await world.uploads.put(token, World.stream([1]))
            return CompleteMultipartRequest.with {
                ($0.requestID, $0.size) = (request, 1)
                $0.parts = [.with { ($0.number, $0.etag) = (1, etag) }]
            }
        },
        Row(ArtifactMethod.abortMultipart, .needs(.log)) { world, _ in
            let (request, _) = try await begun(world)
            return AbortMultipartRequest.with { $0.requestID = request }
        },
    ]

    @Test func `every method asks for the right that the matrix has for it`() async throws {
        try await World.with { world in
            let config = ArtifactConfig(
                blobRoot: world.root.path, signingSecret: [UInt8](repeating: 7, count: 32))
            var methods = Methods()
            try ArtifactService(database: world.database, config: config, logger: ScratchDatabase.logger)
                .register(in: &methods)
            let rights = Rights(Self.files + Self.parts)
            #expect(rights.strays(methods) == [])
            let secrets = [world.here.workspace.bytes, world.here.experiment.bytes, Array("secret".utf8)]
            let found = try await rights.violations(of: methods, in: world.here.workspace, world, secrets: secrets)
            #expect(found == [])
        }
    }
}

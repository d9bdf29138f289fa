internal import Blobs
public import Logging
internal import Model
public import Postgres
public import Wire
internal import WireMessages

/// The files of experiments: their bytes, their records, and the care for both.
public struct ArtifactService: Sendable {
    private let config: ArtifactConfig
    private let assets: AssetHandler
    private let uploads: PartedUploadHandler
    private let care: Care

    /// Throws `.unavailable` when the folder of the blobs cannot be made or opened.
    public init(database: Database, config: ArtifactConfig, logger: Logger) throws {
        precondition(config.signingSecret.count >= 32, "a secret of less than 32 bytes")
        let blobs: BlobStore
        do throws(BlobError) {
            blobs = try BlobStore(root: config.blobRoot, threads: FileThreads(threads: config.fileThreads))
        } catch {
            throw Failure(error)
        }
        let signer = Signer(secret: config.signingSecret)
        let assets = Assets(store: AssetStore(database: database), blobs: blobs, bytesMax: config.assetBytesMax)
        self.config = config
        self.assets = AssetHandler(assets: assets, signer: signer, handover: Self.handover(config, logger))
        self.uploads = PartedUploadHandler(
            uploads: PartedUploads(
                store: PartedUploadStore(database: database), assets: assets, blobs: blobs, signer: signer,
                partBytesMax: config.partBytesMax))
        self.care = Care(store: CareStore(database: database), blobs: blobs, logger: logger)
    }

    /// What cannot be handed over goes through the connection: its lack is no reason not to start.
    private static func handover(_ config: ArtifactConfig, _ logger: Logger) -> Handover? {
        guard !config.handoverPath.isEmpty else { return nil }
        do throws(BlobError) {
            return try Handover(path: config.handoverPath)
        } catch {
            logger.warning("open files are not handed over, which is slower", metadata: ["error": "\(error)"])
            return nil
        }
    }

    public func register(in methods: inout Methods) {
        methods.upload(ArtifactMethod.uploadAsset, .access, assets.upload)
        methods.unary(ArtifactMethod.linkAsset, .access, assets.link)
        methods.unary(ArtifactMethod.listAssets, .access, assets.list)
        methods.unary(ArtifactMethod.getAsset, .access, assets.get)
        methods.unary(ArtifactMethod.describeAsset, .access, assets.describe)
        methods.download(ArtifactMethod.downloadAsset, .access, assets.download)
        methods.unary(ArtifactMethod.deleteAssets, .access, assets.delete)
        methods.unary(ArtifactMethod.copyAssets, .access, assets.copy)
        methods.unary(ArtifactMethod.startMultipart, .access, uploads.start)
        methods.upload(ArtifactMethod.uploadPart, .anyone, uploads.put)
        methods.unary(ArtifactMethod.completeMultipart, .access, uploads.complete)
        methods.unary(ArtifactMethod.abortMultipart, .access, uploads.abort)
    }

    /// Sweeps and scrubs until it is cancelled.
    public func run() async throws {
        try await care.run(config)
    }
}

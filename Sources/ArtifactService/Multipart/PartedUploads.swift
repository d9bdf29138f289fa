internal import Blobs
internal import Foundation
internal import Model
internal import Wire

/// Uploads in parts: begun and ended by who may log to the experiment; in between, tokens are the authority.
struct PartedUploads: Sendable {
    let store: PartedUploadStore
    let assets: Assets
    let blobs: BlobStore
    let signer: Signer
    let partBytesMax: Int64

    /// A token for each part, in order.
    func start(
        _ draft: Asset.Draft, at place: Place, parts: Int, seconds: Int, as access: Access
    ) async throws -> (name: UploadName, tokens: [String]) {
        let site = try Site(place, access, .log)
        guard (1...PartedUpload.partsMax).contains(parts) else {
            throw Failure(.invalid, "An upload has 1 to \(PartedUpload.partsMax) parts.", reason: "bad_parts")
        }
        let life = seconds == 0 ? PartedUpload.lifeDefault : min(TimeInterval(seconds), PartedUpload.lifeMax)
        let expiresAt = Date(timeIntervalSinceNow: life)
        let name = UploadName(workspace: site.workspace, upload: .version7())
        guard try await store.insert(name.upload, draft, parts: parts, expiresAt: expiresAt, in: site) else {
            throw Failure.noExperiment
        }
        let tokens = (1...parts).map { PartToken(name: name, number: $0, expiresAt: expiresAt).sealed(by: signer) }
        return (name, tokens)
    }

    /// Answers the part's ETag. A part that comes again takes the place of the one before.
    func put(_ token: String, _ incoming: Incoming) async throws -> String {
        let token = try PartToken(token, signer: signer)
        guard try await store.isOpen(token.name) else { throw Self.isOver }
        return try await toldAsFailure {
            var upload = blobs.begin(in: token.name.workspace, bytesMax: partBytesMax)
            _ = try await Assets.receive(incoming, into: &upload)
            return try await upload.finish { digest, size in
                let part = PartedUpload.Part(number: token.number, digest: digest, size: size)
                guard try await store.put(part, of: token.name) else { throw Self.isOver }
                return part.etag
            }
        }
    }

    /// Joins the parts. Completing again answers the same asset.
    func complete(
        _ requestID: String, _ asked: [(number: Int, etag: String)], size: Int64, as access: Access
    ) async throws -> (asset: Asset, place: Place) {
        let (upload, site) = try await get(requestID, as: access)
        let made = upload.isComplete ? nil : try await finish(upload, asked, size: size, in: site)
        // By now somebody may have overwritten it.
        guard let asset = try await assets.store.find(upload.draft.id, in: site) ?? made else { throw Failure.noAsset }
        return (asset, upload.place)
    }

    private func finish(
        _ upload: PartedUpload, _ asked: [(number: Int, etag: String)], size: Int64, in site: Site
    ) async throws -> Asset? {
        let stored = try await store.parts(of: upload.name)
        let parts: [PartedUpload.Part]
        do {
            parts = try PartedUpload.assemble(stored, asked: asked, size: size)
        } catch {
            // Somebody else may have completed it since it was looked up: then the parts are gone.
            guard try await store.find(upload.name)?.isComplete == true else { throw error }
            return nil
        }
        return try await toldAsFailure { try await join(parts, of: upload, in: site) }
    }

    func abort(_ requestID: String, as access: Access) async throws {
        let (upload, _) = try await get(requestID, as: access)
        try await store.delete(upload.name)
    }

    private func join(_ parts: [PartedUpload.Part], of upload: PartedUpload, in site: Site) async throws -> Asset {
        var whole = blobs.begin(in: site.workspace, bytesMax: assets.bytesMax)
        var head: [UInt8] = []
        for part in parts {
            let blob = try await blobs.open(part.digest, in: site.workspace)
            if head.count < ContentType.headBytes {
                var reading = blob.read(count: min(Int64(ContentType.headBytes - head.count), blob.size))
                while let chunks = try await reading.next() { head += chunks.joined() }
            }
            try await whole.append(blob)
        }
        let draft = upload.draft
        let type = ContentType.sniff(head, extension: draft.ending, fileName: draft.fileName, type: draft.type)
        return try await whole.finish { digest, size in
            let asset = Asset(
                experiment: site.place.experiment, draft: draft, body: .stored(digest: digest, size: size),
                contentType: type)
            try await store.complete(upload.name, with: asset, in: site)
            return asset
        }
    }

    /// To who may not see the experiment, its uploads are as if there were none: the same words, too.
    private func get(_ requestID: String, as access: Access) async throws -> (PartedUpload, Site) {
        guard let name = UploadName(requestID), let upload = try await store.find(name) else { throw Self.isOver }
        do throws(Failure) {
            return (upload, try Site(upload.place, access, .log))
        } catch {
            throw error.code == .notFound ? Self.isOver : error
        }
    }

    private static let isOver = Failure(
        .notFound, "There is no such upload, or it is over.", reason: "no_upload")
}

internal import Blobs
internal import Foundation
internal import Model
internal import Wire

/// What may be done with the files of an experiment.
struct Assets: Sendable {
    let store: AssetStore
    let blobs: BlobStore
    let bytesMax: Int64

    /// The bytes are on disk before the row, and the row before the answer. The same id again is the same upload.
    func upload(
        _ draft: Asset.Draft, to place: Place, sizeExpected: Int64, expecting digest: Digest?, _ incoming: Incoming,
        as access: Access
    ) async throws -> Asset {
        let site = try Site(place, access, .log)
        guard sizeExpected <= bytesMax else { throw Failure(.tooLarge(bytesMax: bytesMax)) }
        guard try await store.knows(site) else { throw Failure.noExperiment }
        return try await toldAsFailure {
            var upload = blobs.begin(in: site.workspace, bytesMax: bytesMax)
            let head = try await Self.receive(incoming, into: &upload)
            guard sizeExpected == 0 || upload.size == sizeExpected else {
                throw Failure(.invalid, "\(upload.size) bytes came and not \(sizeExpected).", reason: "size_mismatch")
            }
            return try await upload.finish(expecting: digest) { digest, size in
                try await insert(draft, .stored(digest: digest, size: size), head: head, in: site)
            }
        }
    }

    func link(_ draft: Asset.Draft, to place: Place, _ link: String, as access: Access) async throws -> Asset {
        let site = try Site(place, access, .log)
        return try await insert(draft, .link(try Asset.checkLink(link)), head: [], in: site)
    }

    func get(_ id: String, of place: Place, as access: Access) async throws -> Asset {
        guard let asset = try await store.find(id, in: try Site(place, access, .read)) else { throw Failure.noAsset }
        return asset
    }

    /// An asset and its open bytes. Throws `.invalid` for one that lies elsewhere.
    func open(_ id: String, of place: Place, as access: Access) async throws -> (asset: Asset, blob: Blob) {
        let asset = try await get(id, of: place, as: access)
        guard case .stored(let digest, _) = asset.body else {
            throw Failure(.invalid, "This file lies elsewhere: follow its link.", reason: "remote_asset")
        }
        do throws(BlobError) {
            let blob = try await blobs.open(digest, in: place.workspace.uuid)
            guard blob.size == asset.size else { throw BlobError.missing }
            return (asset, blob)
        } catch .missing {
            throw Failure.damaged(digest)
        } catch {
            throw Failure(error)
        }
    }

    func list(
        _ filter: AssetFilter, of place: Place, after position: AssetPosition?, limit: Int, as access: Access
    ) async throws -> (assets: [Asset], next: AssetPosition?) {
        let site = try Site(place, access, .read)
        let limit = limit == 0 ? AssetStore.pageRowsMax : min(limit, AssetStore.pageRowsMax)
        let page = try await store.list(filter, after: position, limit: limit, in: site)
        return (page.assets, page.hasMore ? page.assets.last.map(AssetPosition.init) : nil)
    }

    func describe(_ id: String, of place: Place, metadata: String, as access: Access) async throws -> Asset {
        let site = try Site(place, access, .log)
        let checked = try Asset.Draft.checkMetadata(metadata)
        guard let asset = try await store.describe(id, metadata: checked, in: site) else { throw Failure.noAsset }
        return asset
    }

    /// No ids: all of the experiment. What is gone already is no error. The sweeper frees the bytes.
    func delete(_ ids: [String], of place: Place, as access: Access) async throws {
        _ = try await store.delete(ids, in: try Site(place, access, .delete))
    }

    /// Collects the beginning, by which the content's type is known, while the bytes go into `upload`.
    static func receive(_ incoming: Incoming, into upload: inout Upload) async throws -> [UInt8] {
        var head: [UInt8] = []
        for try await chunk in incoming {
            try chunk.withUnsafeBytes { bytes in
                if head.count < ContentType.headBytes { head += bytes.prefix(ContentType.headBytes - head.count) }
                try upload.take(bytes)
            }
            try await upload.flush()
        }
        return head
    }

    func insert(_ draft: Asset.Draft, _ body: Asset.Body, head: [UInt8], in site: Site) async throws -> Asset {
        let type = ContentType.sniff(head, extension: draft.ending, fileName: draft.fileName, type: draft.type)
        let isLink = if case .link = body { true } else { false }
        let asset = Asset(
            experiment: site.place.experiment, draft: draft, body: body,
            contentType: isLink ? ContentType.unknown : type)
        guard let stored = try await store.insert(asset, in: site) else { throw Failure.noExperiment }
        return stored
    }
}

extension AssetPosition {
    init(_ asset: Asset) {
        self.init(createdAt: asset.draft.createdAt, id: asset.draft.id)
    }
}

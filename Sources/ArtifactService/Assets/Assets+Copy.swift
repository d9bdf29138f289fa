internal import Blobs
internal import Foundation
internal import Model

extension Assets {
    /// Gives `target` the assets of `source` up to `stepLast` and those without a step. Repeating it changes nothing.
    ///
    /// Within a workspace no byte moves. Into another one the bytes are copied: workspaces never share a blob.
    func copy(from source: Place, to target: Place, stepLast: Double, as access: Access) async throws {
        let from = try Site(source, access, .read)
        let to = try Site(target, access, .log)
        guard try await store.knows(from), try await store.knows(to) else { throw Failure.noExperiment }
        if source.workspace == target.workspace {
            try await store.copy(from: from, to: to, stepLast: stepLast)
        } else {
            try await copyBytes(from: from, to: to, stepLast: stepLast)
        }
    }

    private func copyBytes(from source: Site, to target: Site, stepLast: Double) async throws {
        var position: AssetPosition?
        repeat {
            let page = try await store.list(
                AssetFilter(), after: position, limit: AssetStore.pageRowsMax, in: source)
            for asset in page.assets where asset.draft.step.map({ $0 <= stepLast }) ?? true {
                try await toldAsFailure { try await copy(asset, from: source, to: target) }
            }
            position = page.hasMore ? page.assets.last.map(AssetPosition.init) : nil
        } while position != nil
    }

    private func copy(_ asset: Asset, from source: Site, to target: Site) async throws {
        let copied = Asset(
            experiment: target.place.experiment, draft: asset.draft.withoutVersion, body: asset.body,
            contentType: asset.contentType)
        guard case .stored(let digest, _) = asset.body else {
            _ = try await store.insert(copied, in: target)
            return
        }
        var upload = blobs.begin(in: target.workspace, bytesMax: bytesMax)
        try await upload.append(try await blobs.open(digest, in: source.workspace))
        try await upload.finish(expecting: digest) { _, _ in
            _ = try await store.insert(copied, in: target)
        }
    }
}

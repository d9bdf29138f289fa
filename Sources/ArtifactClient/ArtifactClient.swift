public import Model
public import Wire
public import WireMessages

/// Typed calls to the artifact service, one for each of its methods.
///
/// Every error is a `Failure`. Cancelling the calling task cancels the call on the other side; an upload that is
/// cancelled leaves nothing visible behind.
public struct ArtifactClient: Sendable {
    let rpc: RPCClient
    let files: HandedFiles?

    /// - Parameter files: for a service on this machine, whose large files need not come through the connection.
    public init(rpc: RPCClient, files: HandedFiles? = nil) {
        (self.rpc, self.files) = (rpc, files)
    }

    /// Records a file that lives elsewhere. The link is stored as text and never followed.
    public func link(
        _ request: LinkAssetRequest, _ context: CallContext
    ) async throws(Failure) -> UploadAssetResponse {
        try await rpc.call(ArtifactMethod.linkAsset, request, context)
    }

    /// One page; go on with the response's cursor until it is empty.
    public func list(
        _ request: ListAssetsRequest, _ context: CallContext
    ) async throws(Failure) -> ListAssetsResponse {
        try await rpc.call(ArtifactMethod.listAssets, request, context, retry: .idempotent)
    }

    /// Every page of a list, for dialects that have no paging.
    public func listAll(
        _ request: ListAssetsRequest, _ context: CallContext
    ) async throws(Failure) -> [AssetRecord] {
        var (request, assets) = (request, [AssetRecord]())
        repeat {
            let page = try await list(request, context)
            assets += page.assets
            request.cursor = page.cursor
        } while !request.cursor.isEmpty
        return assets
    }

    public func get(_ request: GetAssetRequest, _ context: CallContext) async throws(Failure) -> GetAssetResponse {
        try await rpc.call(ArtifactMethod.getAsset, request, context, retry: .idempotent)
    }

    /// Replaces the metadata of an asset, which some clients send after its bytes.
    public func describe(
        _ request: DescribeAssetRequest, _ context: CallContext
    ) async throws(Failure) -> GetAssetResponse {
        try await rpc.call(ArtifactMethod.describeAsset, request, context, retry: .idempotent)
    }

    public func delete(_ request: DeleteAssetsRequest, _ context: CallContext) async throws(Failure) {
        let _: Empty = try await rpc.call(ArtifactMethod.deleteAssets, request, context, retry: .idempotent)
    }

    /// Gives the target experiment the same files as the source has, without copying a byte.
    public func copy(_ request: CopyAssetsRequest, _ context: CallContext) async throws(Failure) {
        let _: Empty = try await rpc.call(ArtifactMethod.copyAssets, request, context, retry: .idempotent)
    }
}

public import Model
public import NIOCore
public import Wire
public import WireMessages

/// Calls that carry a file's bytes. Both sides hold no more of it than the stream's credit.
extension ArtifactClient {
    /// Answers when the bytes and the record are on disk. Repeating it with the same experiment and asset id is
    /// the same upload: it answers the asset that is there.
    public func upload<Body: AsyncSequence & Sendable>(
        _ request: UploadAssetRequest, _ context: CallContext, body: Body
    ) async throws(Failure) -> UploadAssetResponse where Body.Element == Chunk {
        try await rpc.upload(ArtifactMethod.uploadAsset, request, context, body: body)
    }

    /// Hands `receive` what is known of the asset, and then its bytes from `from` on. The stream ends with a failure
    /// when a file read as a whole does not have its digest: then what came is not to be used.
    public func download<Result>(
        _ request: DownloadAssetRequest, _ context: CallContext,
        _ receive: (DownloadAssetResponse, Incoming) async throws -> Result
    ) async throws -> Result {
        try await rpc.download(ArtifactMethod.downloadAsset, request, context, receive)
    }

    /// Hands `write` the bytes, in pieces and in order: from the open file where the service gives it out, which it
    /// does for large files that it has verified lately and for parts of any, and otherwise as `download`.
    public func read(
        _ request: DownloadAssetRequest, _ context: CallContext, to write: (ByteBuffer) async throws -> Void
    ) async throws {
        if let files, try await readFile(files, request, context, to: write) { return }
        try await download(request, context) { _, chunks in
            for try await chunk in chunks { try await write(chunk.buffer) }
        }
    }

    /// False when nothing was written: the file was not to be had in this way.
    private func readFile(
        _ files: HandedFiles, _ request: DownloadAssetRequest, _ context: CallContext,
        to write: (ByteBuffer) async throws -> Void
    ) async throws -> Bool {
        let until = ContinuousClock.now + context.deadline
        var request = request
        request.takesFiles = true
        let answer = try await download(request, context) { answer, chunks in
            for try await chunk in chunks { try await write(chunk.buffer) }
            return answer
        }
        guard !answer.fileTicket.isEmpty else { return true }
        let file: HandedFile
        do {
            file = try await files.fetch(Array(answer.fileTicket))
        } catch {
            try Task.checkCancellation()
            return false
        }
        try await file.copy(
            from: answer.from, count: answer.length, until: until, threads: files.threads, to: write)
        return true
    }
}

/// An upload in parts that come in any order, repeatedly, and from whoever holds their tokens.
extension ArtifactClient {
    public func startMultipart(
        _ request: StartMultipartRequest, _ context: CallContext
    ) async throws(Failure) -> StartMultipartResponse {
        try await rpc.call(ArtifactMethod.startMultipart, request, context)
    }

    /// Needs no access: the token is the authority. A part that comes twice replaces the one before.
    public func uploadPart<Body: AsyncSequence & Sendable>(
        _ request: UploadPartRequest, _ context: CallContext, body: Body
    ) async throws(Failure) -> UploadPartResponse where Body.Element == Chunk {
        try await rpc.upload(ArtifactMethod.uploadPart, request, context, body: body)
    }

    /// Joins the parts into the asset. May take a second for each gigabyte.
    public func completeMultipart(
        _ request: CompleteMultipartRequest, _ context: CallContext
    ) async throws(Failure) -> CompleteMultipartResponse {
        try await rpc.call(ArtifactMethod.completeMultipart, request, context)
    }

    public func abortMultipart(_ request: AbortMultipartRequest, _ context: CallContext) async throws(Failure) {
        let _: Empty = try await rpc.call(ArtifactMethod.abortMultipart, request, context, retry: .idempotent)
    }
}

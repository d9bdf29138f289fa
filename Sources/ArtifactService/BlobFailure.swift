internal import Blobs
internal import Model

extension Failure {
    /// What a caller is told when the store could not do it.
    init(_ error: BlobError) {
        switch error {
        case .noSpace:
            self.init(
                .exhausted, "The server has no space left for files.", reason: "no_space", retryAfter: .seconds(60))
        case .tooLarge(let bytesMax):
            self.init(.invalid, "The file is larger than \(bytesMax) bytes.", reason: "too_large")
        case .mismatch:
            self.init(.invalid, "The bytes do not have the digest that was promised.", reason: "digest_mismatch")
        case .busy:
            self.init(.unavailable, "The disk is busy.", reason: "busy", retryAfter: .seconds(1))
        case .broken(let operation, let code):
            self.init(
                .unavailable, "The server's disk failed. Send the file again.", reason: "disk",
                detail: "\(operation) failed with errno \(code)", retryAfter: .seconds(5))
        case .missing:
            self.init(.unavailable, "The upload was broken off. Send the file again.", reason: "disk")
        }
    }

    /// A file whose record is whole and whose bytes are not.
    static func damaged(_ digest: Digest) -> Failure {
        Failure(
            .unavailable, "The bytes of this file are damaged on the server. Uploading it again heals it.",
            reason: "file_damaged", detail: "blob \(digest.hex)")
    }

    static let noExperiment = Failure(.notFound, "There is no such experiment here, or you may not see it.")
    static let noAsset = Failure(.notFound, "There is no such file here, or you may not see it.", reason: "no_asset")
}

/// Runs `body`, and says what went wrong with a blob in words for the caller.
func toldAsFailure<Result>(_ body: () async throws -> Result) async throws -> Result {
    do {
        return try await body()
    } catch let error as BlobError {
        throw Failure(error)
    }
}

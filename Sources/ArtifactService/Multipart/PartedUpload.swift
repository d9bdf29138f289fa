internal import Blobs
internal import Foundation
internal import Model

/// An upload whose parts come one by one.
struct PartedUpload: Sendable {
    static let partsMax = 10_000
    /// What a client gets that does not say, and the most that one gets.
    static let lifeDefault: TimeInterval = 3600
    static let lifeMax: TimeInterval = 7 * 24 * 3600

    struct Part: Equatable, Sendable {
        let number: Int
        let digest: Digest
        let size: Int64
        /// What the client repeats when it completes the upload.
        var etag: String { digest.hex }
    }

    let name: UploadName
    let place: Place
    let draft: Asset.Draft
    let parts: Int
    let isComplete: Bool

    /// Those parts in order, if they are what the client believes it has sent. Throws `.invalid` otherwise.
    static func assemble(_ stored: [Part], asked: [(number: Int, etag: String)], size: Int64) throws(Failure) -> [Part]
    {
        let byNumber = Dictionary(stored.map { ($0.number, $0) }, uniquingKeysWith: { $1 })
        guard !asked.isEmpty, Set(asked.map(\.number)).count == asked.count else {
            throw Failure(.invalid, "Each part is to be named once.", reason: "bad_parts")
        }
        var parts: [Part] = []
        for (number, etag) in asked.sorted(by: { $0.number < $1.number }) {
            guard let part = byNumber[number] else {
                throw Failure(.invalid, "Part \(number) has not come.", reason: "part_missing")
            }
            let bare = etag.trimmingCharacters(in: ["\""])
            guard bare == part.etag else {
                throw Failure(.invalid, "Part \(number) is not the one with this ETag.", reason: "etag_mismatch")
            }
            parts.append(part)
        }
        let sum = parts.reduce(0) { $0 + $1.size }
        guard size <= 0 || sum == size else {
            throw Failure(.invalid, "The parts make \(sum) bytes and not \(size).", reason: "size_mismatch")
        }
        return parts
    }
}

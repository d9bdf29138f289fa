internal import Blobs
internal import Foundation
internal import Model

/// A file of an experiment: what is known of it, and where its bytes are.
struct Asset: Equatable, Sendable {
    enum Body: Equatable, Sendable {
        /// In this workspace's blobs.
        case stored(digest: Digest, size: Int64)
        /// Elsewhere, as text. The server never follows it.
        case link(String)
    }

    let experiment: ID<Experiment>
    let draft: Draft
    let body: Body
    /// From the allow list of `ContentType`.
    let contentType: String

    var size: Int64 {
        if case .stored(_, let size) = body { size } else { 0 }
    }
}

extension Asset {
    /// What a client says of a file before its bytes come; checked.
    struct Draft: Equatable, Sendable, Codable {
        static let idBytesMax = 128
        static let wordBytesMax = 256
        static let metadataBytesMax = 512 * 1024
        static let generatedName = "auto-generated-in-the-backend"

        /// As they came; empty where nothing came.
        struct Fields: Sendable {
            var id = "", fileName = "", type = "", ending = "", context = "", metadata = "", grouping = ""
            var figureCounter = "", artifactVersion = "", parent = ""
            var step: Double?
            var epoch: Double?
            var overwrite = false
            var createdAt = Date()
        }

        let id: String
        let fileName: String
        let type: String
        let ending: String
        let context: String
        let metadata: String
        let grouping: String
        let figureCounter: String
        var artifactVersion: String
        let parent: String
        let step: Double?
        let epoch: Double?
        /// Takes the place of other assets of this name in the experiment.
        let overwrite: Bool
        /// To the millisecond, which is what the clients have.
        let createdAt: Date

        /// Throws `.invalid`, naming the field.
        init(_ fields: Fields) throws(Failure) {
            let id = fields.id.isEmpty ? ID<Asset>.fresh().text : fields.id
            try Self.check(id, "assetId", bytesMax: Self.idBytesMax)
            let type = fields.type.isEmpty ? "asset" : fields.type
            try Self.check(type, "type", bytesMax: Self.wordBytesMax)
            try Self.check(fields.ending, "extension", bytesMax: 32)
            try Self.check(fields.context, "context", bytesMax: Self.wordBytesMax)
            try Self.check(fields.grouping, "groupingName", bytesMax: FileName.bytesMax)
            try Self.check(fields.figureCounter, "figCounter", bytesMax: 64)
            try Self.check(fields.artifactVersion, "artifactVersionId", bytesMax: Self.idBytesMax)
            try Self.check(fields.parent, "parentAssetId", bytesMax: Self.idBytesMax)
            (self.id, self.type, ending, context) = (id, type, fields.ending, fields.context)
            (grouping, figureCounter) = (fields.grouping, fields.figureCounter)
            (artifactVersion, parent) = (fields.artifactVersion, fields.parent)
            metadata = try Self.checkMetadata(fields.metadata)
            let isNamed = !fields.fileName.isEmpty && fields.fileName != Self.generatedName
            fileName = try isNamed ? FileName.check(fields.fileName) : Self.invent(id, type, fields.ending)
            step = fields.step.flatMap { $0.isFinite ? $0 : nil }
            epoch = fields.epoch.flatMap { $0.isFinite ? $0 : nil }
            overwrite = fields.overwrite
            createdAt = Date(
                timeIntervalSince1970: (fields.createdAt.timeIntervalSince1970 * 1000).rounded(.down) / 1000)
        }

        /// In another experiment it is in no version of an artifact.
        var withoutVersion: Draft {
            var draft = self
            draft.artifactVersion = ""
            return draft
        }

        static func checkMetadata(_ text: String) throws(Failure) -> String {
            guard text.utf8.count <= metadataBytesMax else {
                throw Failure(
                    .invalid, "The field metadata is longer than \(metadataBytesMax) bytes.", reason: "metadata")
            }
            guard !text.utf8.contains(0) else {
                throw Failure(.invalid, "The field metadata holds NUL.", reason: "metadata")
            }
            return text
        }

        /// The same for the same upload, so that its retry asks for the same name.
        private static func invent(_ id: String, _ type: String, _ ending: String) throws(Failure) -> String {
            let suffix = ending.isEmpty ? (type == "text-sample" ? ".txt" : "") : ".\(ending)"
            return try FileName.check("\(type)-\(id)\(suffix)".replacing("/", with: "-"))
        }

        private static func check(_ text: String, _ field: String, bytesMax: Int) throws(Failure) {
            guard text.utf8.count <= bytesMax else {
                throw Failure(
                    .invalid, "The field \(field) is longer than \(bytesMax) bytes.", reason: "field_too_long")
            }
            guard !text.unicodeScalars.contains(where: FileName.isForbidden) else {
                throw Failure(.invalid, "The field \(field) holds control characters.", reason: "field_invalid")
            }
        }
    }

    /// A link to bytes elsewhere. Throws `.invalid` for what would point into the reader's own machine.
    static func checkLink(_ link: String) throws(Failure) -> String {
        guard !link.isEmpty, link.utf8.count <= 8192, !link.unicodeScalars.contains(where: FileName.isForbidden) else {
            throw Failure(
                .invalid, "The link is empty, longer than 8192 bytes or holds control characters.", reason: "link")
        }
        let scheme = link.prefix { $0 != ":" }.lowercased().filter { !$0.isWhitespace }
        guard !["file", "javascript", "data", "vbscript", "blob"].contains(scheme) else {
            throw Failure(.invalid, "Links of this scheme are not taken.", reason: "link")
        }
        return link
    }
}

internal import Foundation
internal import Model

/// Names an upload in parts. Both ids are in it, for who asks about it has nothing else; it is no secret.
struct UploadName: Hashable, Sendable {
    let workspace: UUID
    let upload: UUID

    var text: String { Base64URL.text(workspace.byteArray + upload.byteArray) }

    init(workspace: UUID, upload: UUID) {
        (self.workspace, self.upload) = (workspace, upload)
    }

    init?(_ text: String) {
        guard let bytes = Base64URL.bytes(text), bytes.count == 32,
            let workspace = UUID(bytes: bytes.prefix(16)), let upload = UUID(bytes: bytes.suffix(16))
        else { return nil }
        self.init(workspace: workspace, upload: upload)
    }
}

/// The authority to send one part of one upload until a moment, and nothing else.
struct PartToken: Equatable, Sendable {
    let name: UploadName
    let number: Int
    let expiresAt: Date

    func sealed(by signer: Signer) -> String {
        let words = [UInt64(number), UInt64(max(0, expiresAt.timeIntervalSince1970))]
        let tail = words.flatMap { word in withUnsafeBytes(of: word.bigEndian) { Array($0) } }
        return signer.seal(name.workspace.byteArray + name.upload.byteArray + tail, for: .part)
    }

    /// Throws `.forbidden` for what was not sealed here, was changed, or is over.
    init(_ text: String, signer: Signer, now: Date = Date()) throws(Failure) {
        guard let bytes = signer.open(text, for: .part), bytes.count == 48,
            let workspace = UUID(bytes: bytes[0..<16]), let upload = UUID(bytes: bytes[16..<32])
        else { throw Failure(.forbidden, "This address was not made here.", reason: "bad_token") }
        func word(_ range: Range<Int>) -> UInt64 { bytes[range].reduce(0) { $0 << 8 | UInt64($1) } }
        self.init(
            name: UploadName(workspace: workspace, upload: upload), number: Int(clamping: word(32..<40)),
            expiresAt: Date(timeIntervalSince1970: TimeInterval(word(40..<48))))
        guard now < expiresAt else { throw Failure(.forbidden, "This address has expired.", reason: "token_expired") }
    }

    init(name: UploadName, number: Int, expiresAt: Date) {
        (self.name, self.number, self.expiresAt) = (name, number, expiresAt)
    }
}

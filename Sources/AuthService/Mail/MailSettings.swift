public import Egress
import Foundation
public import Mail
import Model
import Sealing

/// Where mail is handed over, and who it is from. Without it nothing is sent, and links are shown as ever.
public struct MailSettings: Sendable {
    public let relay: MailRelay
    let sender: Mailbox

    public init(relay: MailRelay, sender: Mailbox) {
        (self.relay, self.sender) = (relay, sender)
    }
}

/// What is secret of mail: links at rest, and what shows that a link came by mail.
struct MailVault: Sendable {
    let peppers: Peppers

    func seal(_ link: String, of mail: UUID) throws -> [UInt8] {
        guard let key = try keys.first else { return [] }
        return try Sealed.seal(Secret(link), with: key, place: Self.place(mail))
    }

    /// Empty when there was none, or it is gone.
    func open(_ sealed: [UInt8], of mail: UUID) throws -> String {
        sealed.isEmpty
            ? "" : String(decoding: try Sealed.open(sealed, with: keys, place: Self.place(mail)).bytes, as: UTF8.self)
    }

    /// Stands in the link that was mailed, and not in the one that its maker is shown: who has it reads that mailbox.
    func proof(of token: OpaqueToken, sentTo email: String) -> String {
        let key = peppers.derived(for: "mail proofs").first?.key ?? Secret([])
        return OpaqueToken.base64url(
            HMACSHA256.code(for: token.digest + Array(email.accountKey.utf8), key: key))
    }

    func isProof(_ text: String, of token: OpaqueToken, sentTo email: String) -> Bool {
        !email.isEmpty && constantTimeEqual(Array(text.utf8), Array(proof(of: token, sentTo: email).utf8))
    }

    private var keys: [SealingKey] {
        get throws(SealingError) {
            var keys: [SealingKey] = []
            for (version, key) in peppers.derived(for: "mailed links") {
                keys.append(try SealingKey(id: UInt32(bitPattern: version), key))
            }
            return keys
        }
    }

    private static func place(_ mail: UUID) -> String { "auth.outbox/link/\(mail.uuidString.lowercased())" }
}

public import Foundation

/// One mail of plain text to one address, that a machine has written.
public struct MailMessage: Sendable {
    public let from: Mailbox
    public let to: MailAddress
    public let subject: String
    public let text: String
    /// What `Message-ID` is made of: the same for each attempt, so that a mail that came twice is known as one.
    public let id: UUID
    public let date: Date

    public init(from: Mailbox, to: MailAddress, subject: String, text: String, id: UUID, date: Date) {
        self.from = from
        self.to = to
        self.subject = subject
        self.text = text
        self.id = id
        self.date = date
    }

    /// As it goes over the wire (RFC 5322, RFC 2045), before dots are doubled. Nothing in a name, a subject or the text
    /// can end a line of the head. `Auto-Submitted` (RFC 3834) keeps out-of-office answers away.
    public func bytes() -> [UInt8] {
        let sender = from.name.isEmpty ? "\(from.address)" : "\(HeaderText.phrase(from.name)) <\(from.address)>"
        let head = [
            "From: \(sender)",
            "To: \(to)",
            "Subject: \(HeaderText.unstructured(subject, offset: 9))",
            "Date: \(Self.date(date))",
            "Message-ID: <\(id.uuidString.lowercased())@\(from.address.domain)>",
            "Auto-Submitted: auto-generated",
            "MIME-Version: 1.0",
            "Content-Type: text/plain; charset=utf-8",
            "Content-Transfer-Encoding: quoted-printable",
            "", "",
        ]
        return Array(head.joined(separator: "\r\n").utf8) + QuotedPrintable.encoded(text)
    }

    private static func date(_ date: Date) -> String {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss '+0000'"
        return formatter.string(from: date)
    }
}

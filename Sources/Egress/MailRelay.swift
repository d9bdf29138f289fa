import Foundation
import Offload
import Synchronization

/// The one server that this instance hands its mail to (RFC 5321).
///
/// It is named by whoever runs the machine, in its settings: so it may be within their network, and the rules about
/// where requests go, which keep people's words from leading there, do not count. Whatever it does or does not do,
/// `send` ends within its time, on threads of its own.
public final class MailRelay: Sendable {
    public static let atOnce = 2
    public static let waitingMax = 16
    public static let secondsUsual = 20.0

    public struct Settings: Sendable {
        public enum Encryption: Sendable { case fromTheStart, startTLS, none }

        public let host: String
        public let port: Int
        public let encryption: Encryption
        /// How this machine names itself there.
        public let greeting: String
        public let user: String
        let password: String
        /// A file of certificates in PEM; `nil`: those of the system.
        public let authority: String?

        public init(
            host: String, port: Int, encryption: Encryption, greeting: String, user: String = "",
            password: String = "", authority: String? = nil
        ) {
            (self.host, self.port, self.encryption) = (host, port, encryption)
            (self.greeting, self.user, self.password, self.authority) = (greeting, user, password, authority)
        }

        public var place: String { "\(host):\(port)" }
    }

    /// Addresses must be plain ones: nothing here looks at them again but for what ends a line.
    public struct Envelope: Sendable {
        public let from: String
        public let to: String
        public let bytes: [UInt8]

        public init(from: String, to: String, bytes: [UInt8]) {
            (self.from, self.to, self.bytes) = (from, to, bytes)
        }
    }

    public let settings: Settings
    private let secondsMax: Double
    private let isClosed = Atomic(false)
    private let queue = BlockingQueue(name: "halley.mail", atOnce: atOnce, waitingMax: waitingMax)

    public init(_ settings: Settings, secondsMax: Double = MailRelay.secondsUsual) {
        self.settings = settings
        self.secondsMax = secondsMax
    }

    /// Ends what is under way, within about a second, and lets nothing begin.
    public func close() {
        isClosed.store(true, ordering: .relaxed)
    }

    /// Returns when the relay has taken the mail.
    public func send(_ envelope: Envelope) async throws(MailRelayError) {
        let fields = [envelope.from, envelope.to]
        guard
            fields.allSatisfy({
                !$0.isEmpty && $0.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && $0 != 0x3c && $0 != 0x3e }
            })
        else {
            throw MailRelayError("No address that a mail can go to.", isForGood: true)
        }
        try await run(envelope)
    }

    /// Connects, encrypts and signs in as `send` does, and hands over nothing.
    public func check() async throws(MailRelayError) {
        try await run(nil)
    }

    private func run(_ envelope: Envelope?) async throws(MailRelayError) {
        let settings = settings
        try await queue.run(
            seconds: secondsMax, busy: MailRelayError("Too many mails are under way."),
            late: MailRelayError("\(settings.place) did not answer within \(Int(secondsMax)) seconds.")
        ) { until throws(MailRelayError) in
            let transfer = MailTransfer(settings, envelope) { self.isClosed.load(ordering: .relaxed) }
            try transfer.run(until: until)
        }
    }
}

/// Why a mail was not taken, for whoever runs the instance: it may hold words of the relay, and never of the mail.
public struct MailRelayError: Error, Sendable, Equatable {
    public let message: String
    /// Trying again would bring the same (a reply of 5xx to an address or to the mail).
    public let isForGood: Bool

    init(_ message: String, isForGood: Bool = false) {
        self.message = message
        self.isForGood = isForGood
    }
}

extension MailRelay.Settings: CustomStringConvertible, CustomReflectable {
    public var description: String { place }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

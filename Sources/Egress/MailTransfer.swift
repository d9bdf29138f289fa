import CCurl
import Foundation

/// One conversation with a mail relay through libcurl, on the thread that calls it.
final class MailTransfer {
    private static let connectSecondsMax = 5.0
    private static let replyBytesMax = 500
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private let settings: MailRelay.Settings
    private let envelope: MailRelay.Envelope?
    private let isOver: () -> Bool
    private var offset = 0
    /// The last line by which the relay has refused something.
    private var reply = ""

    /// Without an envelope nothing is sent: the relay is asked to do nothing (`NOOP`). `isOver` is asked on and on.
    init(_ settings: MailRelay.Settings, _ envelope: MailRelay.Envelope?, isOver: @escaping () -> Bool) {
        self.settings = settings
        self.envelope = envelope
        self.isOver = isOver
    }

    func run(until: Date) throws(MailRelayError) {
        let left = until.timeIntervalSinceNow
        guard left > 0 else { throw failure(CURLE_OPERATION_TIMEDOUT, status: 0) }
        guard Self.isReady, let curl = curl_easy_init() else { throw failure(CURLE_OUT_OF_MEMORY, status: 0) }
        defer { curl_easy_cleanup(curl) }
        connect(curl, seconds: left)
        var recipients: UnsafeMutablePointer<curl_slist>?
        defer { curl_slist_free_all(recipients) }
        if let envelope {
            recipients = curl_slist_append(nil, "<\(envelope.to)>")
            _ = halley_curl_text(curl, CURLOPT_MAIL_FROM, "<\(envelope.from)>")
            _ = halley_curl_list(curl, CURLOPT_MAIL_RCPT, recipients)
            _ = halley_curl_long(curl, CURLOPT_UPLOAD, 1)
        } else {
            _ = halley_curl_text(curl, CURLOPT_CUSTOMREQUEST, "NOOP")
            _ = halley_curl_long(curl, CURLOPT_NOBODY, 1)
        }
        listen(curl)
        let outcome = curl_easy_perform(curl)
        guard outcome != CURLE_OK else { return }
        var status = 0
        _ = halley_curl_status(curl, &status)
        throw failure(outcome, status: status)
    }

    /// Nothing but SMTP, nobody in between, and encrypted or not at all where that is asked for.
    private func connect(_ curl: UnsafeMutableRawPointer, seconds: Double) {
        let host = settings.host.contains(":") ? "[\(settings.host)]" : settings.host
        let scheme = settings.encryption == .fromTheStart ? "smtps" : "smtp"
        let texts: [(CURLoption, String)] = [
            (CURLOPT_URL, "\(scheme)://\(host):\(settings.port)/\(settings.greeting)"),
            (CURLOPT_PROTOCOLS_STR, "smtp,smtps"), (CURLOPT_PROXY, ""), (CURLOPT_NOPROXY, "*"),
        ]
        for (option, value) in texts { _ = halley_curl_text(curl, option, value) }
        if !settings.user.isEmpty {
            _ = halley_curl_text(curl, CURLOPT_USERNAME, settings.user)
            _ = halley_curl_text(curl, CURLOPT_PASSWORD, settings.password)
        }
        if let authority = settings.authority { _ = halley_curl_text(curl, CURLOPT_CAINFO, authority) }
        let encrypts = settings.encryption == .none ? CURLUSESSL_NONE : CURLUSESSL_ALL
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_USE_SSL, Int(encrypts.rawValue)), (CURLOPT_NOSIGNAL, 1), (CURLOPT_FRESH_CONNECT, 1),
            (CURLOPT_FORBID_REUSE, 1), (CURLOPT_SSL_VERIFYPEER, 1), (CURLOPT_SSL_VERIFYHOST, 2),
            (CURLOPT_CONNECTTIMEOUT_MS, Int(min(Self.connectSecondsMax, seconds) * 1000)),
            (CURLOPT_TIMEOUT_MS, max(1, Int(seconds * 1000))),
        ]
        for (option, value) in numbers { _ = halley_curl_long(curl, option, value) }
    }

    /// libcurl calls these on this thread, while `run` keeps the transfer alive.
    private func listen(_ curl: UnsafeMutableRawPointer) {
        let me = Unmanaged.passUnretained(self).toOpaque()
        for option in [CURLOPT_READDATA, CURLOPT_HEADERDATA, CURLOPT_WRITEDATA, CURLOPT_XFERINFODATA] {
            _ = halley_curl_context(curl, option, me)
        }
        _ = halley_curl_write(curl, CURLOPT_READFUNCTION) { bytes, size, count, me in
            guard let me, let bytes else { return 0 }
            let transfer = Unmanaged<MailTransfer>.fromOpaque(me).takeUnretainedValue()
            return transfer.give(UnsafeMutableRawBufferPointer(start: bytes, count: size * count))
        }
        _ = halley_curl_long(curl, CURLOPT_NOPROGRESS, 0)
        _ = halley_curl_progress(curl) { me, _, _, _, _ in
            guard let me else { return 1 }
            return Unmanaged<MailTransfer>.fromOpaque(me).takeUnretainedValue().isOver() ? 1 : 0
        }
        for option in [CURLOPT_HEADERFUNCTION, CURLOPT_WRITEFUNCTION] {
            _ = halley_curl_write(curl, option) { bytes, size, count, me in
                guard let me, let bytes else { return 0 }
                let transfer = Unmanaged<MailTransfer>.fromOpaque(me).takeUnretainedValue()
                transfer.hear(UnsafeRawBufferPointer(start: bytes, count: size * count))
                return size * count
            }
        }
    }

    private func give(_ room: UnsafeMutableRawBufferPointer) -> Int {
        let bytes = envelope?.bytes ?? []
        let count = min(room.count, bytes.count - offset)
        room.copyBytes(from: bytes[offset..<(offset + count)])
        offset += count
        return count
    }

    private func hear(_ bytes: UnsafeRawBufferPointer) {
        guard let first = bytes.first, first == 0x34 || first == 0x35 else { return }
        let line = String(decoding: bytes.prefix(Self.replyBytesMax), as: UTF8.self)
        reply = String(line.map { $0.isASCII && !$0.isNewline && $0.asciiValue.map { $0 >= 0x20 } == true ? $0 : " " })
            .trimmingCharacters(in: .whitespaces)
    }

    /// Only what is said to an address or to the mail itself is for good: a wrong password is put right by somebody.
    private func failure(_ code: CURLcode, status: Int) -> MailRelayError {
        let said = status >= 400 && !reply.isEmpty ? ": \(reply)" : "."
        switch code {
        case CURLE_OPERATION_TIMEDOUT: return MailRelayError("\(settings.place) did not answer in time.")
        case CURLE_COULDNT_RESOLVE_HOST: return MailRelayError("\(settings.host) is not known to the DNS.")
        case CURLE_COULDNT_CONNECT: return MailRelayError("\(settings.place) cannot be reached.")
        case CURLE_USE_SSL_FAILED:
            return MailRelayError("\(settings.place) offers no STARTTLS; HALLEY_SMTP_STARTTLS=off goes without.")
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CONNECT_ERROR:
            let why = String(cString: curl_easy_strerror(code))
            return MailRelayError("The certificate of \(settings.place) is not good: \(why).")
        case CURLE_LOGIN_DENIED: return MailRelayError("\(settings.place) refuses the user or the password\(said)")
        default:
            let isAboutMail = status >= 500 && (code == CURLE_SEND_ERROR || code == CURLE_WEIRD_SERVER_REPLY)
            let why = status >= 400 ? "refused" : String(cString: curl_easy_strerror(code))
            return MailRelayError("\(settings.place): \(why)\(said)", isForGood: isAboutMail)
        }
    }
}

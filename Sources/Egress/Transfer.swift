import CCurl
import Foundation
import Glibc

/// One request through libcurl, on the thread that calls it.
final class Transfer {
    private static let connectSecondsMax = 5.0
    private static let headerBytesMax = 32 << 10
    private static let isReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    private let allowed: Set<IPAddress>
    private let bytesMax: Int
    private var body: [UInt8] = []
    private var headerBytes = 0
    private var isTooLarge = false

    private init(allowed: Set<IPAddress>, bytesMax: Int) {
        self.allowed = allowed
        self.bytesMax = bytesMax
    }

    static func run(
        _ request: Egress.Request, _ rules: EgressRules, until: Date
    ) throws(EgressError) -> Egress.Answer {
        let addresses = try resolve(request.url)
        guard !addresses.isEmpty else { throw .unresolved }
        guard addresses.allSatisfy({ rules.allow($0, for: request.url) }) else { throw .forbidden }
        let left = until.timeIntervalSinceNow
        guard left > 0 else { throw .timedOut }
        guard isReady, let curl = curl_easy_init() else { throw .unreachable }
        defer { curl_easy_cleanup(curl) }
        let transfer = Transfer(allowed: Set(addresses), bytesMax: request.bytesMax)
        return try transfer.perform(request, curl, seconds: left)
    }

    private func perform(
        _ request: Egress.Request, _ curl: UnsafeMutableRawPointer, seconds: Double
    ) throws(EgressError) -> Egress.Answer {
        var lists: [UnsafeMutablePointer<curl_slist>] = []
        defer { for list in lists { curl_slist_free_all(list) } }
        func list(_ option: CURLoption, _ lines: [String]) {
            let made = lines.reduce(UnsafeMutablePointer<curl_slist>?.none) { curl_slist_append($0, $1) }
            guard let made else { return }
            lists.append(made)
            _ = halley_curl_list(curl, option, made)
        }
        limit(curl, seconds: seconds)
        _ = halley_curl_text(curl, CURLOPT_URL, request.url.text)
        if request.url.address == nil { list(CURLOPT_RESOLVE, [pin(request.url)]) }
        list(CURLOPT_HTTPHEADER, ["Accept-Encoding: identity", "User-Agent: Halley", "Expect:"] + request.headers)
        if let body = request.body {
            _ = halley_curl_long(curl, CURLOPT_POST, 1)
            _ = halley_curl_long(curl, CURLOPT_POSTFIELDSIZE, body.count)
            // Copied by the size set above; without a pointer libcurl would read from standard input.
            _ = (body + [0]).withUnsafeBytes { bytes in
                halley_curl_text(curl, CURLOPT_COPYPOSTFIELDS, bytes.bindMemory(to: CChar.self).baseAddress)
            }
        }
        listen(curl)
        let outcome = curl_easy_perform(curl)
        guard !isTooLarge else { throw .tooLarge }
        switch outcome {
        case CURLE_OK: break
        case CURLE_OPERATION_TIMEDOUT: throw .timedOut
        default: throw .unreachable
        }
        var status = 0
        _ = halley_curl_status(curl, &status)
        return Egress.Answer(status: status, body: body)
    }

    /// Nothing but HTTP, nobody in between, nowhere else, not for long.
    private func limit(_ curl: UnsafeMutableRawPointer, seconds: Double) {
        _ = halley_curl_text(curl, CURLOPT_PROTOCOLS_STR, "http,https")
        _ = halley_curl_text(curl, CURLOPT_PROXY, "")
        _ = halley_curl_text(curl, CURLOPT_NOPROXY, "*")
        let numbers: [(CURLoption, Int)] = [
            (CURLOPT_FOLLOWLOCATION, 0), (CURLOPT_NOSIGNAL, 1), (CURLOPT_FRESH_CONNECT, 1), (CURLOPT_FORBID_REUSE, 1),
            (CURLOPT_SSL_VERIFYPEER, 1), (CURLOPT_SSL_VERIFYHOST, 2),
            (CURLOPT_CONNECTTIMEOUT_MS, Int(min(Self.connectSecondsMax, seconds) * 1000)),
            (CURLOPT_TIMEOUT_MS, max(1, Int(seconds * 1000))),
        ]
        for (option, value) in numbers { _ = halley_curl_long(curl, option, value) }
    }

    private func pin(_ url: EgressURL) -> String {
        let addresses = allowed.map { $0.bytes.count == 16 ? "[\($0)]" : "\($0)" }.sorted()
        return "\(url.host):\(url.port):\(addresses.joined(separator: ","))"
    }

    /// libcurl calls these on this thread, while `perform` keeps the transfer alive.
    private func listen(_ curl: UnsafeMutableRawPointer) {
        let me = Unmanaged.passUnretained(self).toOpaque()
        for option in [CURLOPT_OPENSOCKETDATA, CURLOPT_WRITEDATA, CURLOPT_HEADERDATA] {
            _ = halley_curl_context(curl, option, me)
        }
        _ = halley_curl_open_socket(curl) { me, _, address in
            guard let me, let address else { return CURL_SOCKET_BAD }
            let transfer = Unmanaged<Transfer>.fromOpaque(me).takeUnretainedValue()
            let peer = withUnsafePointer(to: &address.pointee.addr) { IPAddress($0) }
            guard let peer, transfer.allowed.contains(peer) else { return CURL_SOCKET_BAD }
            return socket(
                address.pointee.family, address.pointee.socktype | Int32(SOCK_CLOEXEC.rawValue),
                address.pointee.protocol)
        }
        _ = halley_curl_write(curl, CURLOPT_WRITEFUNCTION) { bytes, size, count, me in
            guard let me, let bytes else { return 0 }
            let transfer = Unmanaged<Transfer>.fromOpaque(me).takeUnretainedValue()
            return transfer.take(UnsafeRawBufferPointer(start: bytes, count: size * count)) ? size * count : 0
        }
        _ = halley_curl_write(curl, CURLOPT_HEADERFUNCTION) { _, size, count, me in
            guard let me else { return 0 }
            let transfer = Unmanaged<Transfer>.fromOpaque(me).takeUnretainedValue()
            transfer.headerBytes += size * count
            transfer.isTooLarge = transfer.isTooLarge || transfer.headerBytes > Transfer.headerBytesMax
            return transfer.isTooLarge ? 0 : size * count
        }
    }

    private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard body.count + bytes.count <= bytesMax else {
            isTooLarge = true
            return false
        }
        body.append(contentsOf: bytes)
        return true
    }

    private static func resolve(_ url: EgressURL) throws(EgressError) -> [IPAddress] {
        if let address = url.address { return [address] }
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(url.host, nil, &hints, &found) == 0, let found else { throw .unresolved }
        defer { freeaddrinfo(found) }
        let entries = sequence(first: found) { $0.pointee.ai_next }
        return entries.compactMap { entry in entry.pointee.ai_addr.flatMap { IPAddress($0) } }
    }
}

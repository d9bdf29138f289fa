import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import Synchronization
import Wire

/// What is known of one request.
struct EdgeContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    /// 16 hexadecimal digits: in the log, in every answer, and the trace of every call that this request makes.
    let requestID: String
    /// The peer's address as the socket says; `Edge` puts the client's in place of a trusted proxy's.
    var address: String
    let notes = RequestNotes()
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        requestID = Self.freshID()
        address = source.channel.remoteAddress?.ipAddress ?? ""
        channel = source.channel
    }

    /// The largest body that Hummingbird's own decoding takes; the dialects read theirs with `RequestBytes`.
    var maxUploadSize: Int { 1 << 20 }

    private static func freshID() -> String {
        let digits = Array("0123456789abcdef".utf8)
        let number = UInt64.random(in: 0 ... .max)
        return String(unsafeUninitializedCapacity: 16) { bytes in
            for place in 0..<16 { bytes[place] = digits[Int(number >> (UInt64(place) * 4) & 15)] }
            return 16
        }
    }
}

/// What a handler finds out and the request log wants to know. A reference, since contexts are copied on their way in.
final class RequestNotes: Sendable {
    private let principalName = Mutex("")

    var principal: String {
        get { principalName.withLock { $0 } }
        set { principalName.withLock { $0 = newValue } }
    }
}

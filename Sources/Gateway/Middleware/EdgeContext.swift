import AuthClient
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

    /// Random: numbers in a row would tell how many requests others make.
    private static func freshID() -> String {
        let number = UInt64.random(in: 0 ... .max)
        return String(unsafeUninitializedCapacity: 16) { bytes in
            for place in 0..<16 {
                let digit = UInt8(truncatingIfNeeded: number >> (UInt64(place) * 4)) & 15
                bytes[place] = digit + (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
            }
            return 16
        }
    }
}

/// What a handler finds out and the request's end wants to know. A reference: contexts are copied on their way in.
final class RequestNotes: Sendable {
    private struct Facts {
        var caller: Caller?
        var standing: LeaseBook.Standing?
        var exposed: [KeyText] = []
    }

    private let facts = Mutex(Facts())

    /// Whoever has proven who they are.
    var caller: Caller? { facts.withLock { $0.caller } }

    /// What is left of the bucket that the request was counted in.
    var standing: LeaseBook.Standing? {
        get { facts.withLock { $0.standing } }
        set { facts.withLock { $0.standing = newValue } }
    }

    /// Keys of ours in what was sent, by now masked.
    var exposed: [KeyText] { facts.withLock { $0.exposed } }

    func expose(_ keys: [KeyText]) {
        guard !keys.isEmpty else { return }
        facts.withLock { $0.exposed += keys }
    }

    /// Takes the caller down; whether nobody was before: a request counts once, however often its proof is looked at.
    func isFirst(_ caller: Caller) -> Bool {
        facts.withLock { facts in
            defer { facts.caller = caller }
            return facts.caller == nil
        }
    }
}

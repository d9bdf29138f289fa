import Glibc
import Synchronization

/// The time for the Date field of answers (RFC 9110 §6.6.1), spelled once a second.
final class ResponseClock: Sendable {
    private let last = Mutex((second: 0, text: ""))

    var now: String {
        let second = time(nil)
        return last.withLock { last in
            if last.second != second { last = (second, Self.spell(second)) }
            return last.text
        }
    }

    /// As RFC 9110 §5.6.7 has it: `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func spell(_ second: time_t) -> String {
        var (second, parts) = (second, tm())
        gmtime_r(&second, &parts)
        return String(unsafeUninitializedCapacity: 32) { bytes in
            bytes.withMemoryRebound(to: CChar.self) {
                strftime($0.baseAddress, $0.count, "%a, %d %b %Y %H:%M:%S GMT", &parts)
            }
        }
    }
}

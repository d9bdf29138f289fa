import Foundation
import Model

// Ids and times, as they travel.

extension ID {
    /// Throws `.invalid` unless there are 16 bytes.
    init(wire bytes: Data, _ what: StaticString) throws(Failure) {
        guard let id = ID(bytes: bytes) else {
            throw Failure(.invalid, "The \(what)'s id is not 16 bytes.", reason: "id_invalid")
        }
        self = id
    }

    /// Empty bytes are `nil`.
    static func optional(_ bytes: Data, _ what: StaticString) throws(Failure) -> ID? {
        bytes.isEmpty ? nil : try ID(wire: bytes, what)
    }

    var wire: Data { Data(bytes) }
}

extension Date {
    var wire: Int64 { Int64((timeIntervalSince1970 * 1000).rounded()) }

    /// Zero is `nil`.
    init?(wire milliseconds: Int64) {
        guard milliseconds != 0 else { return nil }
        self.init(timeIntervalSince1970: Double(milliseconds) / 1000)
    }
}

extension Date? {
    var wire: Int64 { self?.wire ?? 0 }
}

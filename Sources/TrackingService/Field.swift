import Foundation
import Model

/// Reads fields whose form protobuf does not say.
enum Field {
    static func id<Subject>(_ bytes: Data, _ field: StaticString) throws(Failure) -> ID<Subject> {
        guard let id = ID<Subject>(bytes: bytes) else { throw Failure(.invalid, "\(field) must be 16 bytes.") }
        return id
    }

    /// `nil` for 0, which stands for "not given".
    static func date(_ milliseconds: Int64) -> Date? {
        milliseconds == 0 ? nil : Date(milliseconds: milliseconds)
    }
}

extension Date {
    /// Since 1970, within what PostgreSQL's timestamps hold and people mean: years 1 to 9999.
    init(milliseconds: Int64) {
        let bounded = min(max(milliseconds, -62_135_596_800_000), 253_402_300_799_000)
        self.init(timeIntervalSince1970: Double(bounded) / 1000)
    }

    var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1000).rounded()) }
}

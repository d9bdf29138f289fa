import Foundation
import Model

/// Reads an id out of a message. Throws `.invalid`, naming the field.
func id<Subject>(_ bytes: Data, _ field: StaticString) throws(Failure) -> ID<Subject> {
    guard let id = ID<Subject>(bytes: bytes) else { throw Failure(.invalid, "The \(field) is not an id.") }
    return id
}

extension Date {
    /// As times travel: milliseconds since 1970.
    var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1000).rounded()) }
}

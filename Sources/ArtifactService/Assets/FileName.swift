internal import Foundation
internal import Model

/// The logical path of an asset. It is data, shown and compared; but clients that download make it a path on
/// somebody's disk, so nothing that climbs or hides gets in.
enum FileName {
    static let bytesMax = 1024

    /// NFC, `/` between segments, no empty ones. Throws `.invalid`, naming the field and the rule that is broken.
    static func check(_ raw: String) throws(Failure) -> String {
        guard raw.utf8.count <= 4 * bytesMax else { throw broken("is longer than \(bytesMax) bytes") }
        guard !raw.unicodeScalars.contains(where: isForbidden) else {
            throw broken("holds control characters or such as turn the direction of writing")
        }
        let name = raw.precomposedStringWithCanonicalMapping.replacing("\\", with: "/")
        guard !isAbsolute(name) else { throw broken("is an absolute path") }
        let segments = name.split(separator: "/").filter { $0 != "." }
        guard !segments.isEmpty else { throw broken("is empty") }
        // Look-alikes such as U+2025 or U+FF0E become dots and slashes on systems that fold them.
        let folded = segments.joined(separator: "/").precomposedStringWithCompatibilityMapping
        guard !folded.split(whereSeparator: { $0 == "/" || $0 == "\\" }).contains("..") else {
            throw broken("has a segment \"..\"")
        }
        let checked = segments.joined(separator: "/")
        guard checked.utf8.count <= bytesMax else { throw broken("is longer than \(bytesMax) bytes") }
        return checked
    }

    private static func broken(_ rule: String) -> Failure {
        Failure(.invalid, "The field fileName \(rule).", reason: "file_name")
    }

    private static func isAbsolute(_ name: String) -> Bool {
        let folded = Array(name.precomposedStringWithCompatibilityMapping.utf8.prefix(3))
        guard let first = folded.first else { return false }
        if first == UInt8(ascii: "/") || first == UInt8(ascii: "\\") { return true }
        // A drive of Windows, with or without a slash after it.
        let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
        return folded.count >= 2 && letters.contains(first | 0x20) && folded[1] == UInt8(ascii: ":")
    }

    static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: true
        default: scalar.properties.isBidiControl || scalar == "\u{FEFF}"
        }
    }
}

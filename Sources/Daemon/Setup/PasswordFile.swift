import Foundation
public import Model

/// A password of a database role, in libpq's own format, so that it stands in no argument and no environment.
public struct PasswordFile: Sendable {
    public let path: String
    public let user: String
    let password: String

    /// Reads the file, or makes it with a fresh password of 256 bits.
    public init(_ path: String, user: String) throws(Failure) {
        self.path = path
        self.user = user
        let head = "*:*:*:\(user):"
        if let bytes = try PrivateFile.read(path) {
            let line = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            guard line.hasPrefix(head), line.count > head.count else {
                throw Failure(.unavailable, "\(path) is not a password file for \(user).")
            }
            password = String(line.dropFirst(head.count))
        } else {
            password = PasswordFile.fresh()
            try PrivateFile.write(Array("\(head)\(password)\n".utf8), to: path)
        }
    }

    private static func fresh() -> String {
        var generator = SystemRandomNumberGenerator()
        return (0..<4).map { _ in
            let word = String(generator.next(), radix: 16)
            return String(repeating: "0", count: 16 - word.count) + word
        }.joined()
    }
}

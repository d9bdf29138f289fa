import Foundation
import Glibc
import Model

/// Whose requests are counted together.
enum RateBucket: Hashable, Sendable {
    case key(ID<Model.Credential>)
    case account(ID<Account>)
    case address(String)

    /// As the database knows it.
    var bytes: [UInt8] {
        switch self {
        case .key(let id): Array("k".utf8) + id.bytes
        case .account(let id): Array("a".utf8) + id.bytes
        case .address(let text): Array("n".utf8) + Self.network(text)
        }
    }

    /// The whole of an IPv4 address, and the half of an IPv6 one that names a network: its other half costs nothing.
    private static func network(_ text: String) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 16)
        guard inet_pton(AF_INET6, text, &bytes) == 1 else { return Array(text.utf8.prefix(60)) }
        return Array(bytes.prefix(8))
    }
}

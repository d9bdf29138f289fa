import Foundation
public import Model

/// A host and a port, as in `127.0.0.1:8080`, `[::1]:8080` or `:8080` (every address).
public struct Endpoint: Equatable, Sendable, CustomStringConvertible {
    public let host: String
    public let port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// Throws `.invalid`, naming the setting.
    public init(_ text: String, setting: String) throws(Failure) {
        let wrong = Failure(.invalid, "\(setting) is \"\(text)\", but should look like 127.0.0.1:8080.")
        guard let colon = text.lastIndex(of: ":") else { throw wrong }
        guard let port = Int(text[text.index(after: colon)...]), (1...65535).contains(port) else { throw wrong }
        var host = String(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = String(host.dropFirst().dropLast())
        } else if host.contains(":") {
            throw wrong
        }
        self.init(host: host.isEmpty ? "0.0.0.0" : host, port: port)
    }

    /// The same host, one port above.
    public var next: Endpoint { Endpoint(host: host, port: port + 1) }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Where a browser on this machine reaches it.
    public var url: String {
        let reachable = ["0.0.0.0", "::"].contains(host) ? "127.0.0.1" : host
        return "http://\(Endpoint(host: reachable, port: port))"
    }
}

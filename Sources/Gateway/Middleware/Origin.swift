import HTTPTypes
import Hummingbird

/// How the caller reaches this server, for links in answers.
struct Origin: Sendable {
    let config: GatewayConfig

    /// Scheme, host and port without a slash at the end. The configured one; without it, the request's own.
    func base(of request: Request, _ context: EdgeContext) -> String {
        guard config.baseURL.isEmpty else { return Self.trimmed(config.baseURL) }
        let host = request.head.authority ?? "\(config.listen.host):\(config.listen.port)"
        return "\(scheme(of: request))://\(Self.isPlain(host) ? host : "localhost")"
    }

    /// The origin without cookies; `nil` when nobody has said how people reach it.
    func content(of request: Request) -> String? {
        guard config.contentBaseURL.isEmpty else { return Self.trimmed(config.contentBaseURL) }
        guard config.baseURL.isEmpty, let listen = config.contentListen else { return nil }
        let host = request.head.authority ?? listen.host
        guard Self.isPlain(host) else { return nil }
        return "\(scheme(of: request))://\(Self.withoutPort(host)):\(listen.port)"
    }

    /// `[::1]:80` keeps its brackets.
    private static func withoutPort(_ host: String) -> Substring {
        guard let colon = host.lastIndex(of: ":"), !host[colon...].contains("]") else { return host[...] }
        return host[..<colon]
    }

    private func scheme(of request: Request) -> String {
        // Only a proxy speaks TLS in front of this listener; the header is worth no more than a link's scheme.
        !config.trustedProxies.isEmpty && request.headers[.xForwardedProto] == "https" ? "https" : "http"
    }

    private static func trimmed(_ url: String) -> String {
        url.hasSuffix("/") ? String(url.dropLast()) : url
    }

    /// A `Host` that could end a link early, or begin another one, is not repeated.
    private static func isPlain(_ host: String) -> Bool {
        !host.isEmpty && host.utf8.count <= 255
            && host.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
                    || ".-:[]_".utf8.contains(byte)
            }
    }
}

/// Where a service listens.
public enum Address: Sendable, Hashable {
    /// The path of a Unix socket; the kernel proves the peer.
    case unix(String)
    /// A host name or IP address; mutual TLS proves the peer.
    case tcp(host: String, port: Int)
}

extension Address: CustomStringConvertible {
    public var description: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .tcp(let host, let port): "tcp:\(host):\(port)"
        }
    }
}

/// Who may connect. On a Unix socket the kernel names the peer's uid, and a peer of a right uid is believed its name;
/// over TCP the certificate carries the name.
public struct PeerPolicy: Sendable {
    /// What one caller may call.
    public enum Reach: Sendable {
        case all
        case methods(Set<UInt16>)
    }

    /// Uids beside this process's own that may connect to the Unix socket.
    public var uids: Set<UInt32>
    /// The names that may say hello, and what each may call.
    public var callers: [String: Reach]
    /// Needed to listen on TCP.
    public var tls: TLSIdentity?

    public init(callers: [String: Reach], uids: Set<UInt32> = [], tls: TLSIdentity? = nil) {
        self.callers = callers
        self.uids = uids
        self.tls = tls
    }

    /// The five services and the operator, all methods each.
    public static let house = PeerPolicy(
        callers: [
            "gateway": .all, "auth": .all, "workspace": .all, "tracking": .all, "artifact": .all, "operator": .all,
        ])

    func admits(_ caller: String) -> Bool { callers[caller] != nil }

    func allows(_ caller: String, method: UInt16) -> Bool {
        switch callers[caller] {
        case nil: false
        case .all: true
        case .methods(let methods): methods.contains(method)
        }
    }
}

/// A service's certificate, its key, and the private authority that signs all of them; paths of PEM files.
/// The name stands in the certificate as `URI:halley://service/<name>` or `DNS:<name>`.
public struct TLSIdentity: Sendable {
    public var certificatePath: String
    public var keyPath: String
    public var authorityPath: String

    public init(certificatePath: String, keyPath: String, authorityPath: String) {
        self.certificatePath = certificatePath
        self.keyPath = keyPath
        self.authorityPath = authorityPath
    }
}

import CLinux
import Glibc
import NIOCore
import NIOSSL

/// How a connection's peer is known.
enum Proof: Sendable {
    /// By the kernel: these uids may be at the other end of the Unix socket.
    case uids(Set<UInt32>)
    /// By a certificate of our own authority, which names the peer.
    case certificate

    /// Of this process's own uid and `others`.
    static func unix(others: Set<UInt32> = []) -> Proof {
        .uids(others.union([geteuid()]))
    }

    /// Nothing has to be awaited before the peer can be told from others.
    var isImmediate: Bool {
        if case .uids = self { true } else { false }
    }

    /// Whether the peer may call itself `service`. On the loop, once the connection (over TLS: the handshake) stands.
    func proves(_ service: String, _ context: ChannelHandlerContext) -> Bool {
        switch self {
        case .uids(let allowed): Proof.uid(of: context).map(allowed.contains) ?? false
        case .certificate: Proof.names(of: context).contains(service)
        }
    }

    /// Of the process at the other end of a Unix socket.
    static func uid(of context: ChannelHandlerContext) -> UInt32? {
        let answer = try? context.pipeline.syncOperations.withUnsafeTransportIfAvailable(
            of: NIOBSDSocket.Handle.self
        ) { cl_peer_uid($0) }
        return answer.flatMap { UInt32(exactly: $0) }
    }

    /// The service names in the peer's certificate: `URI:halley://service/<name>` or `DNS:<name>`.
    static func names(of context: ChannelHandlerContext) -> Set<String> {
        guard let certificate = try? context.pipeline.syncOperations.nioSSL_peerCertificate() else { return [] }
        let prefix = "halley://service/"
        return Set(
            certificate._subjectAlternativeNames().compactMap { name in
                let text = String(decoding: name.contents, as: UTF8.self)
                switch name.nameType {
                case .dnsName: return text
                case .uri: return text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil
                default: return nil
                }
            })
    }
}

extension TLSIdentity {
    /// TLS 1.3, both sides with a certificate of the private authority. Names are checked by `Proof`.
    func context(server: Bool) throws -> NIOSSLContext {
        let chain = try NIOSSLCertificate.fromPEMFile(certificatePath).map { NIOSSLCertificateSource.certificate($0) }
        let key = NIOSSLPrivateKeySource.privateKey(try NIOSSLPrivateKey(file: keyPath, format: .pem))
        var configuration =
            server
            ? TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: key)
            : TLSConfiguration.makeClientConfiguration()
        configuration.certificateChain = chain
        configuration.privateKey = key
        configuration.trustRoots = .file(authorityPath)
        configuration.certificateVerification = .noHostnameVerification
        configuration.minimumTLSVersion = .tlsv13
        return try NIOSSLContext(configuration: configuration)
    }
}

/// How much one connection may ask of this process. Both sides need the same `messageBytesMax` for a method's largest
/// message; all else is each side's own.
public struct Limits: Sendable {
    /// The largest request or response, head included.
    public var messageBytesMax = 4 << 20
    /// The largest payload of one chunk frame. Part of the protocol: a peer may send chunks of this size unasked.
    public static let chunkBytesMax = 256 << 10
    /// What may be on its way in one stream, unread by its reader.
    public var streamWindowBytes = 1 << 20
    /// Calls of one connection whose handlers have not returned; above it `.exhausted`.
    public var callsInFlightMax = 1024
    /// Bytes waiting for a slow socket; above it a server stops reading, and a client starts no call.
    public var outboxBytesMax = 64 << 20
    public var connectionsMax = 512
    /// From connecting (or the end of the TLS handshake) to the peer's hello.
    public var helloWait: Duration = .seconds(5)
    /// Silence after which a ping is sent; as long again without a byte, and the connection is given up.
    public var keepalive: Duration = .seconds(15)
    /// How long calls in flight may still take once a shutdown has begun.
    public var drainWait: Duration = .seconds(20)
    /// The longest deadline a caller may ask for; longer ones are cut.
    public var deadlineMax: Duration = .seconds(24 * 3600)

    public init() {}
}

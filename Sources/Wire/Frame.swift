/// The fixed part of every frame: `u32 length (of what follows) | u8 version | u8 kind | u16 method | u32 call id`,
/// big-endian. Drawn in `Docs/formats/wire.md`.
struct FrameHeader: Equatable, Sendable {
    /// The first byte after the length. All releases understand hello and goaway of this version.
    static let version: UInt8 = 1
    /// Length field and header.
    static let byteCount = 12
    /// What the length field counts beside the body.
    static let countedBytes = 8

    enum Kind: UInt8, Sendable, CaseIterable {
        case hello = 1
        case request = 2
        case response = 3
        case failure = 4
        case chunk = 5
        case end = 6
        case cancel = 7
        case window = 8
        case ping = 9
        case pong = 10
        case goaway = 11
    }

    var kind: Kind
    /// Zero but in requests.
    var method: UInt16 = 0
    /// Zero in frames that belong to the connection, not to a call.
    var call: UInt32 = 0
    var bodyCount: Int

    /// How long a body of this kind may be. Checked before a byte of it is kept.
    static func bodyBytesMax(of kind: Kind, messageBytesMax: Int) -> Int {
        switch kind {
        case .request, .response: messageBytesMax
        case .chunk: 256 << 10
        case .failure, .goaway: 64 << 10
        case .hello: 4096
        case .window: 4
        case .ping, .pong: 8
        case .end, .cancel: 0
        }
    }
}

/// Why a connection is given up: the peer does not keep to the protocol.
enum FrameError: Error, Equatable, Sendable {
    case tooShort(length: UInt32)
    case tooLong(FrameHeader.Kind, count: Int)
    case unknownVersion(UInt8)
    case unknownKind(UInt8)
    /// The body of a hello, window, ping or goaway frame does not say what it must.
    case malformed(FrameHeader.Kind)
    /// A frame that may not come now: before hello, or a second one.
    case unexpected(FrameHeader.Kind)
    /// A request whose id is not above all earlier ones.
    case callReused(UInt32)
    /// A frame for a call that was never made.
    case callUnknown(UInt32)
    /// More chunk bytes than were granted.
    case creditExceeded(UInt32)
}

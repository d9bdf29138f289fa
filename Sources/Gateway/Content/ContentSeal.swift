/// Seals what stands in the addresses of the origin without cookies. It is handed in, since the key is the daemon's.
public struct ContentSeal: Sendable {
    public typealias Turn = @Sendable ([UInt8]) throws -> [UInt8]

    let seal: Turn
    let open: Turn

    /// `open` throws for whatever `seal` did not make.
    public init(seal: @escaping Turn, open: @escaping Turn) {
        (self.seal, self.open) = (seal, open)
    }
}

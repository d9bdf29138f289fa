/// Where passwords are digested. Blocks until that is done, for about 50 ms.
public struct Digester: Sendable {
    public typealias Compute = @Sendable (DigestOrder) throws(SealingError) -> [UInt8]

    let compute: Compute

    public init(_ compute: @escaping Compute) {
        self.compute = compute
    }

    /// In the thread that asks.
    public static let inPlace = Digester { order throws(SealingError) in try order.compute() }
}

/// An argon2id digest that is wanted (RFC 9106).
public struct DigestOrder: Sendable, Equatable {
    /// Of one in bytes: passwords, salts and digests are much shorter.
    public static let bytesMax = 1 << 20
    private static let headBytes = 20

    let password: [UInt8]
    let salt: [UInt8]
    let cost: PasswordHash.Cost
    /// Of the digest, in bytes.
    let length: Int

    init(_ password: [UInt8], salt: [UInt8], cost: PasswordHash.Cost, length: Int) {
        (self.password, self.salt, self.cost, self.length) = (password, salt, cost, length)
    }

    /// Five `u32`, big-endian: memory in KiB, passes, lanes, bytes of the digest, bytes of the salt; the salt, the
    /// password.
    public var bytes: [UInt8] {
        let head = [cost.memoryKiB, cost.passes, cost.lanes, UInt32(length), UInt32(salt.count)]
        return head.flatMap { number in withUnsafeBytes(of: number.bigEndian) { Array($0) } } + salt + password
    }

    /// `nil` for what `bytes` never gives.
    public init?(bytes: [UInt8]) {
        guard (Self.headBytes...Self.bytesMax).contains(bytes.count) else { return nil }
        let head = (0..<5).map { place in
            bytes[place * 4..<place * 4 + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        }
        let rest = bytes[Self.headBytes...]
        guard head[4] <= rest.count, head[3] <= Self.bytesMax else { return nil }
        let salt = Int(head[4])
        self.init(
            Array(rest.dropFirst(salt)), salt: Array(rest.prefix(salt)),
            cost: PasswordHash.Cost(memoryKiB: head[0], passes: head[1], lanes: head[2]), length: Int(head[3]))
    }

    /// Blocks for as long as it takes.
    public func compute() throws(SealingError) -> [UInt8] {
        try Argon2.digest(of: password, salt: salt, cost: cost, length: length)
    }
}

/// What the artifact service is told by its main.
public struct ArtifactConfig: Sendable {
    /// The folder of the blobs. May be shared by machines.
    public var blobRoot: String
    /// Signs part tokens and page cursors; 32 random bytes, the same in every instance.
    public var signingSecret: [UInt8]
    /// Of one file. The clients' own limit is the same.
    public var assetBytesMax: Int64 = 100 << 30
    public var partBytesMax: Int64 = 5 << 30
    /// How old a blob without a row is before it is removed.
    public var grace: Duration = .seconds(3600)
    public var sweepInterval: Duration = .seconds(600)
    /// What the scrubber may read from disk.
    public var scrubBytesPerSecondMax: Int64 = 32 << 20
    /// From the end of one scrub to the next.
    public var scrubPause: Duration = .seconds(24 * 3600)
    public var fileThreads = 4
    /// The socket at which processes of this machine fetch open files; empty: none.
    public var handoverPath = ""

    public init(blobRoot: String, signingSecret: [UInt8]) {
        self.blobRoot = blobRoot
        self.signingSecret = signingSecret
    }
}

/// One connection's part of a workload: what it sends, one transaction after the other.
protocol Load {
    /// Before the clock starts.
    mutating func prepare(_ connection: HTTPConnection) throws
    /// The requests of the next transaction, each sent when the one before it is answered.
    mutating func transaction(_ connection: HTTPConnection) throws
    /// How many of `Workload.unit` one transaction is.
    var units: Int { get }
}

/// What can be measured. The names W1, W1b, W2 and W5 are those of `Docs/benchmarks.md`.
public enum Workload: String, CaseIterable, Sendable {
    /// W1: metric batches of 1,000 points, as clients send them.
    case batches
    /// W1b: one point a request.
    case points
    /// W2: a run with 20 parameters and 10 tags, in three requests.
    case runs
    /// W5: a file of 64 MiB up.
    case uploads
    /// W5: the same file down.
    case downloads

    public var unit: String {
        switch self {
        case .batches, .points: "points"
        case .runs: "runs"
        case .uploads, .downloads: "MB"
        }
    }

    func load(_ target: BenchTarget, project: String) -> any Load {
        switch self {
        case .batches: MetricLoad(target, project: project, points: 1000)
        case .points: MetricLoad(target, project: project, points: 1)
        case .runs: RunLoad(target: target, project: project)
        case .uploads: FileLoad(target, project: project, isUpload: true)
        case .downloads: FileLoad(target, project: project, isUpload: false)
        }
    }
}

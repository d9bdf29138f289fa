import Model

/// By what a table of experiments is sorted. Those that have no such value come last, up or down.
enum Sort: Sendable, Equatable {
    case started, ended, updated, duration, name, state, owner
    case metric(String), parameter(String), other(String)

    /// Throws `.invalid` for what is no column. Empty: by start.
    init(_ text: String) throws(Failure) {
        switch text {
        case "", "started": self = .started
        case "ended": self = .ended
        case "updated": self = .updated
        case "duration": self = .duration
        case "name": self = .name
        case "state": self = .state
        case "owner": self = .owner
        default:
            let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
            guard parts.count == 2 else {
                throw Failure(.invalid, "Experiments cannot be sorted by this column.", reason: "sort_unknown")
            }
            try TextRule.check(parts[1], "name of a column", bytesMax: LoggedValue.nameBytesMax)
            switch parts[0] {
            case "metric": self = .metric(parts[1])
            case "param", "parameter": self = .parameter(parts[1])
            case "other": self = .other(parts[1])
            default: throw Failure(.invalid, "Experiments cannot be sorted by this column.", reason: "sort_unknown")
            }
        }
    }

    /// Tells cursors of one order from those of another.
    var tag: String {
        switch self {
        case .metric(let name): "metric:\(name)"
        case .parameter(let name): "param:\(name)"
        case .other(let name): "other:\(name)"
        default: "\(self)"
        }
    }
}

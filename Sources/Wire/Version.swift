/// Which protocol versions this release speaks, and which one two peers use.
enum Version {
    static let spoken: ClosedRange<UInt32> = 1...1

    /// The highest version both speak; `nil` when there is none.
    static func agreed(theirMin: UInt32, theirMax: UInt32) -> UInt32? {
        let highest = min(theirMax, spoken.upperBound)
        return theirMin <= theirMax && highest >= max(theirMin, spoken.lowerBound) ? highest : nil
    }
}

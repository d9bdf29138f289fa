import Foundation
public import Model

/// How many requests a second are let through, and how many at once: `20:200`. `off` is no limit.
public struct RateSetting: Sendable, Equatable, CustomStringConvertible {
    public let perSecond: Double
    public let burst: Double

    public init(perSecond: Double, burst: Double) {
        self.perSecond = perSecond
        self.burst = burst
    }

    /// Without a burst it is two seconds' worth. Throws `.invalid`, naming the setting.
    public static func parsed(_ text: String, setting: String) throws(Failure) -> RateSetting? {
        if text.lowercased() == "off" { return nil }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
        guard (1...2).contains(parts.count), let rate = parts[0], rate > 0, rate <= 1_000_000 else {
            throw Failure(
                .invalid, "\(setting) is \"\(text)\", but should look like 20:200 (20 a second, 200 at once) or be off."
            )
        }
        let burst = parts.count == 2 ? parts[1] ?? 0 : max(1, rate * 2)
        guard burst >= 1, burst <= rate * 3600 else {
            throw Failure(
                .invalid, "\(setting) is \"\(text)\", but its burst should be from 1 to an hour of its rate.")
        }
        return RateSetting(perSecond: rate, burst: burst)
    }

    public var description: String { "\(perSecond):\(burst)" }
}

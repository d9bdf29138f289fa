import Foundation

/// A time as it reads, with what a browser needs to tell it in the reader's own zone.
struct Moment {
    let text: String
    let iso: String
    let full: String

    /// `nil` for a time that is not.
    init?(_ milliseconds: Int64) {
        guard milliseconds > 0 else { return nil }
        text = Shown.ago(milliseconds)
        full = Shown.time(milliseconds)
        iso = Date(timeIntervalSince1970: Double(milliseconds) / 1000).formatted(.iso8601)
    }
}

/// How numbers, times and sizes read on a page. The scripts write numbers alike (`short` in scale.ts).
enum Shown {
    private static let units: [(from: Double, name: String)] = [(1e12, "T"), (1e9, "G"), (1e6, "M")]

    /// Five digits that count; large ones with a unit.
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "∞" : "−∞" }
        let size = abs(value)
        if size == 0 { return "0" }
        let sign = value < 0 ? "−" : ""
        if size < 1e-4 || size >= 1e15 { return sign + scientific(size) }
        if let unit = units.first(where: { size >= $0.from }) {
            return sign + digits(size / unit.from) + "\u{202f}" + unit.name
        }
        if size == size.rounded() || size >= 1e5 { return sign + String(Int64(size.rounded())) }
        return sign + digits(size)
    }

    private static func digits(_ size: Double) -> String { String(format: "%.5g", size) }

    private static func scientific(_ size: Double) -> String {
        let parts = String(format: "%.3e", size).split(separator: "e")
        guard parts.count == 2, let power = Int(parts[1]) else { return String(size) }
        let head = parts[0].reversed().drop { $0 == "0" }.drop { $0 == "." }
        return String(head.reversed()) + "e" + (power < 0 ? "−\(-power)" : "\(power)")
    }

    /// A parameter that is a number in full length is cut to what tells it apart.
    static func value(_ text: String) -> String {
        guard text.count > 8, let number = Double(text) else { return text }
        return Self.number(number)
    }

    static func time(_ milliseconds: Int64) -> String {
        guard milliseconds > 0 else { return "" }
        let date = Date(timeIntervalSince1970: Double(milliseconds) / 1000)
        let style = Date.VerbatimFormatStyle(
            format: """
                \(year: .defaultDigits)-\(month: .twoDigits)-\(day: .twoDigits) \
                \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\
                \(minute: .twoDigits):\(second: .twoDigits) UTC
                """, timeZone: .gmt, calendar: Calendar(identifier: .gregorian))
        return date.formatted(style)
    }

    static func ago(_ milliseconds: Int64, now: Date = Date()) -> String {
        guard milliseconds > 0 else { return "" }
        let seconds = max(0, now.timeIntervalSince1970 - Double(milliseconds) / 1000)
        let units: [(Double, String)] = [(86_400, "d"), (3600, "h"), (60, "min")]
        if seconds > 30 * 86_400 { return String(time(milliseconds).prefix { $0 != " " }) }
        guard let unit = units.first(where: { seconds >= $0.0 }) else { return "just now" }
        return "\(Int(seconds / unit.0)) \(unit.1) ago"
    }

    /// The two largest units.
    static func duration(_ seconds: Double) -> String {
        let whole = Int64(max(0, seconds))
        let (days, hours, minutes) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60)
        if days > 0 { return "\(days) d \(hours) h" }
        if hours > 0 { return "\(hours) h \(minutes) min" }
        if minutes > 0 { return "\(minutes) min \(whole % 60) s" }
        return whole == 0 ? "under 1 s" : "\(whole) s"
    }

    static func bytes(_ count: Int64) -> String {
        let units = ["B", "kB", "MB", "GB", "TB"]
        var size = Double(count)
        var unit = 0
        while size >= 999.5, unit < units.count - 1 {
            size /= 1000
            unit += 1
        }
        return unit == 0 ? "\(count) B" : String(format: size < 10 ? "%.1f %@" : "%.0f %@", size, units[unit])
    }

    static func step(_ step: Double) -> String {
        step.isNaN ? "" : number(step)
    }
}

import Foundation

/// How numbers, times and sizes read on a page.
enum Shown {
    static func number(_ value: Double) -> String {
        if value.isNaN { return "NaN" }
        if value.isInfinite { return value > 0 ? "∞" : "−∞" }
        if value == value.rounded(), abs(value) < 1e15 { return String(Int64(value)) }
        let size = abs(value)
        if size >= 1e6 || size < 1e-4 { return String(format: "%.4e", value) }
        return String(format: "%.6g", value)
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
        return seconds < 10 ? "just now" : duration(seconds) + " ago"
    }

    /// The two largest units.
    static func duration(_ seconds: Double) -> String {
        let whole = Int64(max(0, seconds))
        let (days, hours, minutes) = (whole / 86_400, whole / 3600 % 24, whole / 60 % 60)
        if days > 0 { return "\(days) d \(hours) h" }
        if hours > 0 { return "\(hours) h \(minutes) min" }
        if minutes > 0 { return "\(minutes) min \(whole % 60) s" }
        return "\(whole) s"
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

import Foundation
import Glibc
public import Logging

/// One line per event to standard error, plain or JSON. A line is one `write`, so that processes which
/// share the stream do not tear each other's lines.
public struct LineLogHandler: LogHandler {
    public var logLevel: Logger.Level
    public var metadata: Logger.Metadata = [:]
    private let style: Settings.LogStyle
    private let label: String

    public init(label: String, level: Logger.Level, style: Settings.LogStyle) {
        self.label = label
        self.logLevel = level
        self.style = style
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    public func log(event: LogEvent) {
        var merged = metadata.merging(event.metadata ?? [:]) { $1 }
        if let error = event.error { merged["error"] = "\(error)" }
        let all = merged.sorted { $0.key < $1.key }
        let line =
            switch style {
            case .plain: LineLogHandler.plain(event.level, label, event.message, all)
            case .json: LineLogHandler.json(event.level, label, event.message, all)
            }
        write(line + "\n")
    }

    private func write(_ line: String) {
        var line = line
        line.withUTF8 { bytes in
            // Nobody could be told that standard error is gone.
            _ = Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        }
    }

    static func plain(
        _ level: Logger.Level, _ label: String, _ message: Logger.Message,
        _ metadata: [(key: String, value: Logger.MetadataValue)]
    ) -> String {
        var line = "\(timestamp()) \(level.rawValue.uppercased()) \(label): \(escaped("\(message)"))"
        for (key, value) in metadata { line += " \(key)=\(escaped("\(value)"))" }
        return line
    }

    static func json(
        _ level: Logger.Level, _ label: String, _ message: Logger.Message,
        _ metadata: [(key: String, value: Logger.MetadataValue)]
    ) -> String {
        var fields = ["time": timestamp(), "level": level.rawValue, "service": label, "message": "\(message)"]
        for (key, value) in metadata where fields[key] == nil { fields[key] = "\(value)" }
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(fields) else { return "{}" }
        return String(decoding: data, as: UTF8.self)
    }

    /// What came from outside cannot begin a line of its own, nor colour the terminal.
    private static func escaped(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) else { return text }
        return text.unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control ? scalar.escaped(asASCII: true) : String(scalar)
        }.joined()
    }

    private static func timestamp() -> String {
        Date().ISO8601Format(.init(includingFractionalSeconds: true))
    }
}

extension Settings {
    /// The logger of one process.
    public func logger(_ label: String) -> Logger {
        Logger(label: label) { LineLogHandler(label: $0, level: logLevel, style: logStyle) }
    }
}

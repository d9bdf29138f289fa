import Foundation
import Glibc

/// The one block that `halley up` prints when everything runs.
struct Summary {
    let settings: Settings
    let first: Credentials?
    let took: Duration

    func print() {
        let seconds = took / .seconds(1)
        var lines = ["", "Halley is ready (\(seconds.formatted(.number.precision(.fractionLength(1)))) s)."]
        lines.append("  address    \(settings.publicURL)")
        lines.append("  data       \(settings.home.path)")
        if let first {
            lines.append("  password   set it once, as \(first.userName): \(first.setupLink)")
            lines.append("  API key    \(first.apiKey)")
            lines.append("  workspace  \(first.workspace)")
            lines.append("  These are kept in \(settings.home.credentials).")
        }
        lines.append("  Stop with Ctrl-C. Something wrong? halley doctor")
        FileHandle.standardOutput.write(Data((lines.joined(separator: "\n") + "\n\n").utf8))
    }
}

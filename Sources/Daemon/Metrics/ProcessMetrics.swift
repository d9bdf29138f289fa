import Foundation
import Glibc

/// What the kernel knows about this process, under Prometheus' usual names.
enum ProcessMetrics {
    static func text() -> String {
        var text = ""
        func add(_ name: String, _ value: Double, _ type: String = "gauge") {
            text += "# TYPE \(name) \(type)\n\(name) \(value)\n"
        }
        var usage = rusage()
        if getrusage(Int32(RUSAGE_SELF.rawValue), &usage) == 0 {
            add("process_cpu_seconds_total", seconds(usage.ru_utime) + seconds(usage.ru_stime), "counter")
        }
        if let pages = statm().dropFirst().first { add("process_resident_memory_bytes", pages * Double(getpagesize())) }
        if let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            add("process_open_fds", Double(open.count))
        }
        return text
    }

    private static func seconds(_ time: timeval) -> Double {
        Double(time.tv_sec) + Double(time.tv_usec) / 1e6
    }

    private static func statm() -> [Double] {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else { return [] }
        return text.split(separator: " ").compactMap { Double($0) }
    }
}

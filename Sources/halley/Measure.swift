import ArgumentParser
import Bench
import Daemon
import Foundation
import Model

struct Measure: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Measure a running server, as its clients see it.",
        discussion: """
            Sends real requests through the Comet dialect and waits for durable answers, from this machine: its \
            processors are shared with the server. Writes into new projects named bench-…, which stay.

            Without --url and --key it measures the server of the data folder, by its credentials.json.
            """)

    @Argument(
        help: "Any of batches, points, runs, uploads, downloads; all of them when none is named.",
        transform: Measure.workload)
    var workloads: [Workload] = []

    @Option(name: .shortAndLong, parsing: .upToNextOption, help: "Connections at one time; several numbers in turn.")
    var connections: [Int] = [1, 8]

    @Option(name: .shortAndLong, help: "Measured seconds of each.")
    var seconds: Double = 5

    @Option(help: "The server: plain HTTP to an IPv4 address.")
    var url: String?

    @Option(help: "An API key that may log (HALLEY_API_KEY).")
    var key: String?

    @Flag(help: "One JSON object a line instead of the table.")
    var json = false

    @OptionGroup var options: Options

    func validate() throws {
        guard connections.allSatisfy({ 1...1000 ~= $0 }) else {
            throw ValidationError("--connections are numbers from 1 to 1000.")
        }
        guard seconds > 0, seconds <= 3600 else { throw ValidationError("--seconds is between 0 and 3600.") }
    }

    func run() async throws {
        try await reportingFailures {
            let bench = Bench(try target(), seconds: seconds)
            if !json { print(BenchResult.heading) }
            for workload in workloads.isEmpty ? Workload.allCases : workloads {
                for count in connections { try await measure(workload, count, bench) }
            }
        }
    }

    @Sendable private static func workload(_ name: String) throws -> Workload {
        guard let workload = Workload(rawValue: name) else {
            let known = Workload.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("There is no workload \(name); there are \(known).")
        }
        return workload
    }

    private func measure(_ workload: Workload, _ count: Int, _ bench: Bench) async throws {
        let result: BenchResult
        do throws(Bench.Failed) {
            result = try await bench.measure(workload, connections: count)
        } catch {
            throw Failure(.unavailable, error.description)
        }
        print(json ? String(decoding: try JSONEncoder().encode(result), as: UTF8.self) : result.row)
    }

    private func target() throws -> BenchTarget {
        let environment = ProcessInfo.processInfo.environment
        if let url {
            guard let key = key ?? environment["HALLEY_API_KEY"] else {
                throw Failure(.invalid, "--url needs a --key, or HALLEY_API_KEY.")
            }
            return try target(url, key)
        }
        let home = try options.settings().home
        guard let data = FileManager.default.contents(atPath: home.credentials),
            let known = try? JSONDecoder().decode(Credentials.self, from: data)
        else { throw Failure(.notFound, "No credentials.json in \(home.path): name the server with --url and --key.") }
        return try target(known.url, key ?? known.apiKey)
    }

    private func target(_ url: String, _ key: String) throws -> BenchTarget {
        guard let target = BenchTarget(url: url, key: key) else {
            throw Failure(.invalid, "\(url) is not of the form http://127.0.0.1:8080.")
        }
        return target
    }

    private struct Credentials: Decodable {
        let url: String
        let apiKey: String
    }
}

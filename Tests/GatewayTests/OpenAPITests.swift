import Foundation
import Hummingbird
import Testing

@testable import Gateway

/// `Docs/api/openapi.yaml` and the routes of `/api/v1` say the same.
@Suite struct OpenAPITests {
    private struct Operation {
        let route: String
        var lines: [String] = []
    }

    private let operations: [Operation]
    private let text: String

    init() throws {
        let root = URL(filePath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        text = try String(contentsOf: root.appending(path: "Docs/api/openapi.yaml"), encoding: .utf8)
        operations = Self.operations(in: text)
    }

    /// The page is written with two spaces a level: paths stand at the second, methods at the third.
    private static func operations(in text: String) -> [Operation] {
        var (found, path): ([Operation], String) = ([], "")
        var isWithin = false
        for line in text.components(separatedBy: "\n") {
            if let section = line.wholeMatch(of: #/(\w+):.*/#) { isWithin = section.output.1 == "paths" }
            guard isWithin else { continue }
            if let match = line.wholeMatch(of: #/ {2}(/\S*):/#) {
                path = String(match.output.1)
            } else if let match = line.wholeMatch(of: #/ {4}(get|put|post|delete|patch):/#) {
                found.append(Operation(route: "\(match.output.1.uppercased()) /api/v1\(path)"))
            } else if !found.isEmpty {
                found[found.count - 1].lines.append(line)
            }
        }
        return found
    }

    @Test func `every native route is described, and nothing else`() async throws {
        let routes = try await LonelyGateway.router().routes
            .filter { $0.method != .head && $0.path.description.hasPrefix("/api/v1/") }
            .map { "\($0.method.rawValue) \($0.path.description)" }
        let described = operations.map(\.route)
        #expect(!routes.isEmpty)
        #expect(Set(routes).subtracting(described).isEmpty, "not in openapi.yaml")
        #expect(Set(described).subtracting(routes).isEmpty, "only in openapi.yaml")
        #expect(Set(described).count == described.count)
    }

    @Test func `parts of a path are described, and what writes names the CSRF token`() {
        let beforeSessions = [
            "POST /api/v1/session", "POST /api/v1/session/second-factor", "POST /api/v1/password/reset",
        ]
        for operation in operations where !beforeSessions.contains(operation.route) {
            let lines = operation.lines.joined(separator: "\n")
            #expect(operation.route.hasPrefix("GET") || lines.contains("parameters/CSRFToken"), "\(operation.route)")
            for part in operation.route.matches(of: #/\{(\w+)\}/#).map(\.output.1) {
                let isShared = part == "key" && lines.contains("parameters/ExperimentKey")
                #expect(isShared || lines.contains("name: \(part)\n          in: path"), "\(operation.route) \(part)")
            }
        }
    }

    @Test func `whatever is referred to is there`() {
        let lines = Set(text.components(separatedBy: "\n"))
        let references = Set(text.matches(of: ##/#\/components\/\w+\/(\w+)/##).map(\.output.1))
        let dangling = references.filter { !lines.contains("    \($0):") }
        #expect(!references.isEmpty && dangling.isEmpty)
    }
}

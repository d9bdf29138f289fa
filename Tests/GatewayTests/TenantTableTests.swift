import Foundation
import Hummingbird
import TestKit
import Testing

@testable import Gateway

/// `Tests/clients/routes.json` says how a stranger tries each route; the clients' tests do so.
@Suite struct TenantTableTests {
    private struct Row: Decodable {
        let route: String
    }

    /// What a group of routes is registered under.
    private static let bases = [
        "@client": ["/clientlib", ""], "@rest": ["/api/rest/v2", "/clientlib/rest/v2"],
    ]

    @Test func `every route is tried by a stranger, and nothing else`() async throws {
        let file = Repository.root.appending(path: "Tests/clients/routes.json")
        let rows = try JSONDecoder().decode([Row].self, from: Data(contentsOf: file))
        let tried = rows.flatMap { Self.routes($0.route) }
        let routes = try await LonelyGateway.router().routes
            .filter { $0.method != .head }.map { "\($0.method.rawValue) \($0.path.description)" }
        #expect(routes.count > 200)
        #expect(Set(routes).subtracting(tried).sorted() == [], "not in routes.json")
        #expect(Set(tried).subtracting(routes).sorted() == [], "only in routes.json")
        #expect(Set(tried).count == tried.count)
    }

    private static func routes(_ row: String) -> [String] {
        for (name, paths) in bases where row.contains(" \(name)/") {
            return paths.map { row.replacing(" \(name)/", with: " \($0)/") }
        }
        return [row]
    }
}

import Foundation
import HTTPTypes
import HummingbirdCore
import Model
import NIOCore
import Testing

@testable import Gateway

@Suite struct StatusTests {
    @Test func `every code has a status`() {
        for code in Failure.Code.allCases { #expect(HTTPStatus.table[code] != nil, "\(code)") }
    }

    @Test func `the page in the docs says what the tables say`() throws {
        let page = try String(contentsOf: root.appending(path: "Docs/http-status.md"), encoding: .utf8)
        let rows = page.split(separator: "\n").filter { $0.hasPrefix("| ") }.map { row in
            row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
        func holds(_ name: String, _ number: Int) -> Bool {
            rows.contains { $0.count >= 2 && $0[0] == name && $0[1] == "\(number)" }
        }
        for (code, status) in HTTPStatus.table { #expect(holds(code.rawValue, status.code), "\(code)") }
        for (reason, status) in HTTPStatus.byReason { #expect(holds(reason, status.code), "\(reason)") }
        for (reason, code) in CometFailure.sdkCodes { #expect(holds(reason, code), "\(reason)") }
        let known = HTTPStatus.table.count + HTTPStatus.byReason.count + CometFailure.sdkCodes.count
        #expect(rows.filter { Int($0.dropFirst().first ?? "") != nil }.count == known)
    }

    @Test(arguments: [
        ("/api/v1/experiments", Surface.native), ("/api/rest/v2/workspaces", .comet),
        ("/clientlib/logger/add/run", .comet),
        ("/logger/add/run", .comet), ("/", .page), ("/team/project", .page), ("/api/v1x", .comet),
        ("/optimizer//dashboard", .comet),
    ])
    func `a path tells who is asking`(path: String, surface: Surface) {
        #expect(Surface(path: path) == surface)
    }

    @Test(arguments: [
        (Failure(.unauthenticated, "", reason: "key_unknown"), "/clientlib/logger/add/run", 400, 90212),
        (Failure(.unauthenticated, "", reason: "key_unknown"), "/logger/get/run", 400, 90212),
        (Failure(.unauthenticated, ""), "/api/rest/v2/workspaces", 401, 90212),
        (Failure(.unauthenticated, ""), "/clientlib/rest/v2/write/experiment/output", 401, 90212),
        (Failure(.conflict, "", reason: "experiment_exists"), "/clientlib/logger/add/run", 400, 90999),
        (Failure(.forbidden, ""), "/clientlib/logger/add/run", 403, 7_000_011),
        (Failure(.notFound, "", reason: "workspace_unknown"), "/clientlib/logger/add/run", 400, 90219),
        (Failure(.notFound, "", reason: "experiment_unknown"), "/clientlib/logger/get/run", 400, 90210),
        (Failure(.notFound, "", reason: "experiment_unknown"), "/api/rest/v2/experiment/metadata", 400, 90210),
        (Failure(.forbidden, ""), "/clientlib/logger/get/run", 400, 90210),
        (Failure(.notFound, ""), "/api/rest/v2/nothing", 404, nil),
        (Failure(.unavailable, ""), "/clientlib/batch/logger/experiment/metric", 429, nil),
        (Failure(.unavailable, ""), "/api/rest/v2/experiment/tags", 503, nil),
        (Failure(.exhausted, "", reason: "body_too_large"), "/clientlib/asset/upload", 413, nil),
        (Failure(.bug, ""), "/clientlib/tags/add-tags-to-experiment", 500, nil),
    ])
    func `the dialect understands each refusal`(failure: Failure, path: String, status: Int, code: Int?) {
        let call = CometCall(path: path)
        #expect(CometFailure.status(for: failure, call).code == status)
        #expect(CometFailure.sdkCode(for: failure, call) == code)
    }

    @Test func `a pause is told in both headers`() {
        let failure = Failure(.exhausted, "slowly", retryAfter: .milliseconds(1500))
        let answer = CometFailure.answer(failure, to: .logging)
        #expect(answer.headers[.retryAfter] == "2")
        #expect(answer.headers[.retryAfterCustom] == "2")
        #expect(answer.headers[.contentType] == "application/json")
    }

    private var root: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }
}

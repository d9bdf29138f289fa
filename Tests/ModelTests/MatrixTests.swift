import Foundation
import Model
import TestKit
import Testing

@Suite struct MatrixTests {
    /// As `Docs/security.md` prints it.
    private static var grid: String {
        let head = "| action | " + Role.fixed.map(\.rawValue).joined(separator: " | ") + " |"
        let rule = "|---|" + String(repeating: ":-:|", count: Role.fixed.count)
        let rows = Action.allCases.map { action in
            let marks = Role.fixed.map { Matrix.allows($0, action) ? "yes" : "–" }
            return "| \(action.rawValue) | " + marks.joined(separator: " | ") + " |"
        }
        return ([head, rule] + rows).joined(separator: "\n") + "\n"
    }

    @Test func `the grid of roles and actions is the reviewed one`() throws {
        try Golden.check("roles.txt", Self.grid)
    }

    @Test func `the grid that the docs print is the one in force`() throws {
        let page = Repository.root.appendingPathComponent("Docs/security.md")
        let text = try String(contentsOf: page, encoding: .utf8)
        #expect(text.contains(Self.grid), "Docs/security.md must contain:\n\(Self.grid)")
    }

    @Test(arguments: [Role.scoped, [.instanceUser, .instanceAuditor, .instanceAdmin]])
    func `a higher role may all that a lower one may`(_ roles: [Role]) {
        for (lower, higher) in zip(roles, roles.dropFirst()) {
            for action in Action.allCases where Matrix.allows(lower, action) {
                #expect(Matrix.allows(higher, action), "\(higher) lacks \(action) of \(lower)")
            }
        }
    }

    @Test func `roles of the instance reach no content`() {
        for role in [Role.instanceUser, .instanceAuditor, .instanceAdmin] {
            for action in [Action.read, .comment, .log, .edit, .delete, .createProject, .administer] {
                #expect(!Matrix.allows(role, action))
            }
        }
    }
}

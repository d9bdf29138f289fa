import Foundation
import Model

/// A project: holds experiments, and is what rights below a workspace are given on.
struct ProjectRow: Equatable, Sendable {
    /// Where an experiment goes that names no project.
    static let defaultName = "general"
    static let descriptionBytesMax = 64 * 1024
    /// Markdown, shown on the project's page.
    static let notesBytesMax = 1024 * 1024

    let id: ID<Project>
    let workspace: ID<Workspace>
    let workspaceName: String
    let name: String
    let description: String
    let ownerName: String
    let createdAt: Date
    let updatedAt: Date

    var scope: Scope { .project(id, in: workspace) }

    static func check(description: String) throws(Failure) {
        guard description.utf8.count <= descriptionBytesMax, !description.contains("\0") else {
            throw Failure(.invalid, "The description is longer than \(descriptionBytesMax) bytes or holds a NUL.")
        }
    }

    static func check(notes: String) throws(Failure) {
        guard notes.utf8.count <= notesBytesMax, !notes.contains("\0") else {
            throw Failure(.invalid, "The notes are longer than \(notesBytesMax) bytes or hold a NUL.")
        }
    }

    /// What is to change; `nil` leaves a field as it is.
    struct Change: Sendable {
        let title: Title?
        let description: String?

        init(name: String?, description: String?) throws(Failure) {
            if let description { try ProjectRow.check(description: description) }
            if let name { self.title = try Title.project(name) } else { self.title = nil }
            self.description = description
        }
    }
}

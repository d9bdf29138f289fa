internal import Foundation
internal import Model

/// Where an experiment lives, as the caller says; every statement checks that it is so.
struct Place: Hashable, Sendable {
    let workspace: ID<Workspace>
    let project: ID<Project>
    let experiment: ID<Experiment>

    var scope: Scope { .project(project, in: workspace) }
}

/// An experiment in which something was allowed. Stores demand it; only a permit makes one.
struct Site: Sendable {
    let place: Place
    let permit: Permit

    /// Throws what `Access.require` throws.
    init(_ place: Place, _ access: Access, _ action: Action) throws(Failure) {
        self.place = place
        permit = try access.require(action, on: place.scope)
    }

    var workspace: UUID { place.workspace.uuid }
    var project: UUID { place.project.uuid }
    var experiment: UUID { place.experiment.uuid }
}

import Foundation
import Model

/// Which workspaces and projects a caller can see at all.
///
/// Somebody sees a place when they may read it or, with a key made for logging only, log to it.
struct Reach: Sendable {
    let access: Access

    /// Every workspace in which the caller holds any right: what row-level security lets their statements touch.
    var workspaces: [ID<Workspace>] {
        let allowed = access.limits.workspaces
        let all = Set(access.grants.compactMap(\.scope.workspace))
        return Array(allowed.isEmpty ? all : all.intersection(allowed))
    }

    /// The projects that are named one by one, in a grant or in the limits of a key.
    var namedProjects: [ID<Project>] {
        let named = Set(access.grants.compactMap(\.scope.project)).union(access.limits.projects)
        return Array(named)
    }

    func knows(_ workspace: ID<Workspace>) -> Bool {
        knows(.workspace(workspace))
    }

    func knows(_ project: ID<Project>, in workspace: ID<Workspace>) -> Bool {
        knows(.project(project, in: workspace))
    }

    /// Throws `.forbidden` (`second_factor_required`) for what the caller could see if they had one.
    func requireOpen(_ scope: Scope) throws(Failure) {
        do throws(Failure) {
            _ = try access.require(.read, on: scope)
        } catch {
            if error.reason == Assurance.factorRequired.reason { throw error }
        }
    }

    private func knows(_ scope: Scope) -> Bool {
        access.allows(.read, on: scope) || access.allows(.log, on: scope)
    }
}

import AuthClient
import Foundation
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// `/settings/workspaces/{workspace}/denials`: what somebody may not, whatever their roles say. For those who manage
/// members.
struct DenialPages: Sendable {
    struct Line {
        let id: String
        let name: String
        let note: String?
        let what: [String]
        let project: String
        let isWhole: Bool
        let reason: String
        let by: String
        let since: Moment?
        /// The way to the form that says what is denied there; `nil` for a project that is not seen.
        let change: String?
    }

    struct Place {
        let name: String
        let isChosen: Bool
    }

    let shell: WorkspaceShell
    private var auth: AuthClient { shell.gateway.backends.auth }

    func register(in routes: RouterGroup<EdgeContext>) {
        let page = routes.group("settings/workspaces/:workspace/denials")
        page.get(use: show)
        page.post(use: deny)
        page.post("lift", use: lift)
    }

    /// With `?who=` and `?project=`, the form shows what is denied to them there.
    @Sendable private func show(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (caller, place) = try await shell.visitor(request, context)
        return try await page(at: place, try Query(request), caller, context)
    }

    private func page(
        at place: WorkspaceShell.Place, _ query: Query, _ caller: Caller, _ context: EdgeContext,
        problem: Failure? = nil
    ) async throws -> Response {
        let call = caller.call(context)
        let denials = try await auth.listDenials(.with { $0.workspaceID = place.id }, call).denials
        let members = try await shell.members(of: place, call).filter { $0.principalID != Data(caller.principal.bytes) }
        let projects = try await shell.projects(of: place, call)
        let names = projects.names
        let who = query["who"].isEmpty ? Data() : try Data(idText: query["who"], "account")
        let present = denials.first { entry in
            let part = entry.denial.projectID
            return entry.principalID == who && (part.isEmpty ? "" : names[part]) == query["project"]
        }
        let isTyped = problem != nil
        return try await shell.page(
            "settings-denials", .denials, at: place, caller, context, problem: problem,
            beside: ["who", "actions", "reason"],
            [
                "denials": denials.map { Self.line($0, names, place) }, "hasDenials": !denials.isEmpty,
                "people": PersonChoice.all(members, chosen: who), "hasPeople": !members.isEmpty,
                "projects": projects.map { Place(name: $0.name, isChosen: $0.name == query["project"]) },
                "actions": ActionText.grid(
                    ActionText.scoped,
                    chosen: isTyped ? query.all("actions") : present?.denial.actions ?? []),
                "reason": isTyped ? query["reason"] : present?.reason ?? "", "isChange": !isTyped && present != nil,
            ])
    }

    private static func line(
        _ entry: ListDenialsResponse.Entry, _ projects: [Data: String], _ place: WorkspaceShell.Place
    ) -> Line {
        let part = entry.denial.projectID
        let project = part.isEmpty ? "" : projects[part]
        let change = project.map { project in
            Link.query(place.path(of: .denials), [("who", entry.principalID.idText), ("project", project)]) + "#deny"
        }
        return Line(
            id: entry.principalID.idText, name: entry.name, note: PersonChoice.note(entry.kind),
            what: ActionText.titles(entry.denial.actions), project: project ?? "a project that you may not see",
            isWhole: part.isEmpty,
            reason: entry.reason, by: entry.deniedBy.isEmpty ? "somebody who is gone" : entry.deniedBy,
            since: Moment(entry.deniedMs), change: change)
    }

    @Sendable private func deny(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await set(request, context) { form throws(Failure) in
            guard !form["who"].isEmpty else {
                throw Failure(.invalid, "Choose whom it is about.", reason: "account_unknown")
            }
            guard form.has("actions") else {
                throw Failure(.invalid, "Choose at least one of these.", reason: "actions_missing")
            }
            return form.all("actions")
        }
    }

    @Sendable private func lift(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await set(request, context) { _ in [] }
    }

    private func set(
        _ request: Request, _ context: EdgeContext, _ actions: (Query) throws(Failure) -> [String]
    ) async throws -> Response {
        let (form, caller, place) = try await shell.form(request, context)
        let call = caller.call(context)
        let outcome = try await SettingsShell.outcome {
            let named = try actions(form)
            let id = try Data(idText: form["who"], "account")
            let project = try await shell.places.project(form["project"], of: place.name, call)
            let denial = DenialClaim.with {
                ($0.workspaceID, $0.projectID, $0.actions) = (place.id, project, named)
            }
            try await auth.setDenial(
                .with { ($0.principalID, $0.denial, $0.reason) = (id, denial, form["reason"]) }, call)
            if let account = ID<Account>(bytes: id) { shell.gateway.authenticator.forget(account) }
        }
        switch outcome {
        case .success: return Site.redirect(to: place.path(of: .denials))
        case .failure(let problem): return try await page(at: place, form, caller, context, problem: problem)
        }
    }
}

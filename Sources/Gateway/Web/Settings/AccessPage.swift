import AuthClient
import Foundation
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// `/settings/workspaces/{workspace}/access`: what somebody may there, and why. Of oneself or, for those who manage
/// members, of everybody in the workspace.
struct AccessPage: Sendable {
    struct Answer {
        let action: ActionText
        let allowed: Bool
        let steps: [Step]
    }

    struct Step {
        let text: String
        let allows: Bool
    }

    let shell: WorkspaceShell
    private var auth: AuthClient { shell.gateway.backends.auth }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("settings/workspaces/:workspace/access", use: show)
    }

    static func href(_ place: WorkspaceShell.Place, who: Data) -> String {
        Link.query(place.path(of: .access), [("who", who.idText)])
    }

    /// `?who=` (an id; oneself unless told), `?action=` (all unless told) and `?project=` (the whole workspace).
    @Sendable private func show(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (caller, place) = try await shell.visitor(request, context)
        let (query, call) = (try Query(request), caller.call(context))
        let own = Data(caller.principal.bytes)
        let who = query["who"].isEmpty ? own : try Data(idText: query["who"], "account")
        let project = try await shell.places.project(query["project"], of: place.name, call)
        let asked = Action(rawValue: query["action"])
        guard query["action"].isEmpty || asked != nil else {
            throw Failure(.invalid, "There is no action of that name.", reason: "action_unknown")
        }
        var answers: [Answer] = []
        for action in asked.map({ [$0] }) ?? ActionText.scoped {
            let told = try await auth.explainAccess(
                .with {
                    ($0.principalID, $0.action) = (who, action.rawValue)
                    ($0.workspaceID, $0.projectID) = (place.id, project)
                }, call)
            answers.append(
                Answer(
                    action: ActionText(action), allowed: told.allowed,
                    steps: told.steps.map { Step(text: $0.text, allows: $0.allows) }))
        }
        let people = place.managesMembers ? try await self.people(at: place, own: own, caller, chosen: who, call) : []
        return try await shell.page(
            "settings-access", .access, at: place, caller, context,
            [
                "isOwn": who == own, "who": try await name(of: who, caller, people, call), "people": people,
                "hasChoice": people.count > 1, "answers": answers, "project": query["project"],
                "isProject": !project.isEmpty,
                "projects": try await shell.projects(of: place, call).map {
                    DenialPages.Place(name: $0.name, isChosen: $0.name == query["project"])
                },
                "actions": ActionText.grid(ActionText.scoped, chosen: [query["action"]]),
            ])
    }

    /// Oneself first.
    private func people(
        at place: WorkspaceShell.Place, own: Data, _ caller: Caller, chosen: Data, _ call: CallContext
    ) async throws -> [PersonChoice] {
        let members = try await shell.members(of: place, call).filter { $0.principalID != own }
        let mine = PersonChoice(id: own.idText, name: caller.name, note: "you", isChosen: chosen == own)
        return [mine] + PersonChoice.all(members, chosen: chosen)
    }

    private func name(
        of who: Data, _ caller: Caller, _ people: [PersonChoice], _ call: CallContext
    ) async throws -> String {
        if who == Data(caller.principal.bytes) { return caller.name }
        if let known = people.first(where: { $0.id == who.idText }) { return known.name }
        return try await auth.findAccounts(.with { $0.ids = [who] }, call).accounts.first?.name ?? "This account"
    }
}

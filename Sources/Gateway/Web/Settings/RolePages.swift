import AuthClient
import Foundation
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// `/settings/workspaces/{workspace}/roles`: what each role may, and those that the workspace has named for itself.
struct RolePages: Sendable {
    struct Line {
        let href: String
        let name: String
        let may: [String]
        let holders: Int
    }

    /// One action, and for each role of the matrix whether it may.
    struct MatrixRow {
        struct Cell {
            let isAllowed: Bool
        }

        let action: ActionText
        let cells: [Cell]
    }

    let shell: WorkspaceShell
    private var auth: AuthClient { shell.gateway.backends.auth }

    func register(in routes: RouterGroup<EdgeContext>) {
        let page = routes.group("settings/workspaces/:workspace/roles")
        page.get(use: list)
        page.post(use: create)
        page.get(":id", use: show)
        page.post(":id", use: change)
        page.post(":id/delete", use: delete)
    }

    @Sendable private func list(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (caller, place) = try await shell.visitor(request, context)
        return try await listPage(at: place, caller, context)
    }

    private func listPage(
        at place: WorkspaceShell.Place, _ caller: Caller, _ context: EdgeContext, typed form: Query? = nil,
        problem: Failure? = nil
    ) async throws -> Response {
        let own = try await auth.listRoles(.with { $0.workspaceID = place.id }, caller.call(context)).roles
        let lines = own.map { role in
            Line(
                href: Self.path(place, role.id), name: role.name, may: ActionText.titles(role.actions),
                holders: Int(role.holders))
        }
        let matrix = ActionText.scoped.map { action in
            MatrixRow(
                action: ActionText(action),
                cells: Role.scoped.map { MatrixRow.Cell(isAllowed: Matrix.allows($0, action)) })
        }
        return try await shell.page(
            "settings-roles", .roles, at: place, caller, context, problem: problem, beside: ["name", "actions"],
            [
                "own": lines, "hasOwn": !lines.isEmpty, "builtIn": Role.scoped.map(\.rawValue), "matrix": matrix,
                "name": form?["name"] ?? "",
                "actions": ActionText.grid(ActionText.grantable, chosen: form?.all("actions") ?? ["read"]),
            ])
    }

    @Sendable private func create(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (form, caller, place) = try await shell.form(request, context)
        switch try await save(Data(), form, at: place, caller.call(context)) {
        case .success: return Site.redirect(to: place.path(of: .roles))
        case .failure(let problem):
            return try await listPage(at: place, caller, context, typed: form, problem: problem)
        }
    }

    private func save(
        _ id: Data, _ form: Query, at place: WorkspaceShell.Place, _ call: CallContext
    ) async throws -> Result<SaveRoleResponse, Failure> {
        let asked = SaveRoleRequest.with {
            ($0.workspaceID, $0.id) = (place.id, id)
            ($0.name, $0.actions) = (form["name"], form.all("actions"))
        }
        return try await SettingsShell.outcome {
            guard !asked.actions.isEmpty else {
                throw Failure(.invalid, "Choose at least one of these.", reason: "actions_missing")
            }
            return try await auth.saveRole(asked, call)
        }
    }

    // MARK: One role

    @Sendable private func show(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (caller, place) = try await shell.visitor(request, context)
        return try await page(try await role(at: place, caller, context), at: place, caller, context)
    }

    private func role(
        at place: WorkspaceShell.Place, _ caller: Caller, _ context: EdgeContext
    ) async throws -> RoleRecord {
        let id = try Data(idText: try context.part("id"), "role")
        let own = try await auth.listRoles(.with { $0.workspaceID = place.id }, caller.call(context)).roles
        guard let found = own.first(where: { $0.id == id }) else {
            throw Failure(.notFound, "There is no such role.")
        }
        return found
    }

    private func page(
        _ role: RoleRecord, at place: WorkspaceShell.Place, _ caller: Caller, _ context: EdgeContext,
        typed form: Query? = nil, problem: Failure? = nil
    ) async throws -> Response {
        let call = caller.call(context)
        let projects = try await shell.projects(of: place, call).names
        let holders = try await shell.members(of: place, call).filter { $0.grant.customID == role.id }.map {
            Holding($0, projects, href: AccessPage.href(place, who: $0.principalID))
        }
        let path = Self.path(place, role.id)
        return try await shell.page(
            "settings-role", .roles, heading: Crumb(text: role.name, href: path), at: place, caller, context,
            problem: problem, beside: ["name", "actions"],
            [
                "path": path, "name": form?["name"] ?? role.name,
                "actions": ActionText.grid(ActionText.grantable, chosen: form?.all("actions") ?? role.actions),
                "may": ActionText.titles(role.actions), "holders": holders, "isHeld": !holders.isEmpty,
            ])
    }

    @Sendable private func change(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (form, caller, place) = try await shell.form(request, context)
        let present = try await role(at: place, caller, context)
        switch try await save(present.id, form, at: place, caller.call(context)) {
        case .success: return Site.redirect(to: place.path(of: .roles))
        case .failure(let problem):
            return try await page(present, at: place, caller, context, typed: form, problem: problem)
        }
    }

    @Sendable private func delete(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (_, caller, place) = try await shell.form(request, context)
        let present = try await role(at: place, caller, context)
        let deleting = try await SettingsShell.outcome {
            try await auth.deleteRole(.with { ($0.workspaceID, $0.id) = (place.id, present.id) }, caller.call(context))
        }
        switch deleting {
        case .success: return Site.redirect(to: place.path(of: .roles))
        case .failure(let problem): return try await page(present, at: place, caller, context, problem: problem)
        }
    }

    private static func path(_ place: WorkspaceShell.Place, _ role: Data) -> String {
        place.path(of: .roles) + "/" + role.idText
    }
}

import AuthClient
import Foundation
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// One group, for who manages the members of its workspace.
extension GroupPages {
    /// Only people own a workspace.
    private static let roles = Role.scoped.filter { $0 != .owner }.map(\.rawValue)

    @Sendable func show(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (caller, place) = try await shell.visitor(request, context)
        return try await page(try await group(at: place, caller, context), at: place, caller, context)
    }

    /// The group that the address names, if it is one of this workspace.
    private func group(
        at place: WorkspaceShell.Place, _ caller: Caller, _ context: EdgeContext
    ) async throws -> AccountRecord {
        let id = try Data(idText: try context.part("id"), "group")
        let groups = try await shell.residents(.group, of: place, caller.call(context))
        guard let found = groups.first(where: { $0.id == id }) else {
            throw Failure(.notFound, "There is no such group.")
        }
        return found
    }

    private func page(
        _ group: AccountRecord, at place: WorkspaceShell.Place, _ caller: Caller, _ context: EdgeContext,
        typed form: Query? = nil, problem: Failure? = nil
    ) async throws -> Response {
        let call = caller.call(context)
        let within = try await auth.listGroupMembers(.with { $0.id = group.id }, call).members
        let everybody = try await shell.members(of: place, call)
        let projects = try await shell.projects(of: place, call)
        let own = try await auth.listRoles(.with { $0.workspaceID = place.id }, call).roles
        let held = everybody.filter { $0.principalID == group.id }.map { Holding($0, projects.names) }
        let present = Set(within.map(\.id))
        let known = Set(everybody.filter { $0.kind != .group && !present.contains($0.principalID) }.map(\.name))
        let model: [String: Any] = [
            "path": Self.path(place, group.id), "groupName": group.name,
            "name": form.map { $0.has("name") ? $0["name"] : group.name } ?? group.name,
            "description": form.map { $0.has("name") ? $0["description"] : group.description_p } ?? group.description_p,
            "members": within.map { member in
                Member(
                    id: member.id.idText, name: member.name, email: member.email,
                    note: PersonChoice.note(member.kind))
            },
            "hasMembers": !within.isEmpty, "known": known.sorted(), "who": form?["who"] ?? "",
            "held": held, "isGranted": !held.isEmpty, "roles": Self.roles + own.map(\.name),
            "projects": projects.map(\.name), "why": AccessPage.href(place, who: group.id),
        ]
        let heading = Crumb(text: group.name, href: Self.path(place, group.id))
        return try await shell.page(
            "settings-group", .groups, heading: heading, at: place, caller, context, problem: problem,
            beside: form.map { form in ["name", "who", "role"].filter(form.has) } ?? [], model)
    }

    /// Does what a form asks of the group and shows it again: with what went wrong, or anew.
    private func answer(
        _ request: Request, _ context: EdgeContext,
        _ work: (_ group: AccountRecord, _ form: Query, _ place: WorkspaceShell.Place, _ call: CallContext) async throws
            -> Void
    ) async throws -> Response {
        let (form, caller, place) = try await shell.form(request, context)
        let group = try await group(at: place, caller, context)
        let outcome = try await SettingsShell.outcome { try await work(group, form, place, caller.call(context)) }
        switch outcome {
        case .success: return Site.redirect(to: Self.path(place, group.id))
        case .failure(let problem):
            return try await page(group, at: place, caller, context, typed: form, problem: problem)
        }
    }

    @Sendable func rename(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await answer(request, context) { group, form, _, call in
            try await auth.changeGroup(
                .with { ($0.id, $0.name, $0.description_p) = (group.id, form["name"], form["description"]) }, call)
        }
    }

    /// Somebody by name or address or, by its name, a service account of the workspace.
    @Sendable func add(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await answer(request, context) { group, form, place, call in
            let who = form["who"].trimmingCharacters(in: .whitespaces)
            let unknown = Failure(
                .notFound,
                "Nobody here is called \"\(who.prefix(100))\". Who is new is invited to the workspace first.",
                reason: "account_unknown")
            guard !who.isEmpty else { throw unknown }
            let people = try await auth.findAccounts(.with { ($0.name, $0.email) = (who, who) }, call).accounts
            let services = try await shell.residents(.serviceAccount, of: place, call)
            let service = services.first { $0.name.lowercased() == who.lowercased() }
            guard let id = people.first?.id ?? service?.id else { throw unknown }
            let adding = await SessionPages.outcome {
                try await auth.changeGroup(.with { ($0.id, $0.addIds) = (group.id, [id]) }, call)
            }
            if case .failure(let failure) = adding { throw failure.reason == unknown.reason ? unknown : failure }
            forget(id)
        }
    }

    @Sendable func remove(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await answer(request, context) { group, form, _, call in
            let id = try Data(idText: form["account"], "account")
            try await auth.changeGroup(.with { ($0.id, $0.removeIds) = (group.id, [id]) }, call)
            forget(id)
        }
    }

    @Sendable func grant(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await answer(request, context) { group, form, place, call in
            let grant = try await shell.places.grant(
                form["role"], workspace: place.name, project: form["project"], call)
            try await auth.setGrant(.with { ($0.principalID, $0.grant) = (group.id, grant) }, call)
        }
    }

    @Sendable func withdraw(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await answer(request, context) { group, form, place, call in
            let project = try await shell.places.project(form["project"], of: place.name, call)
            try await auth.removeGrant(
                .with { ($0.principalID, $0.workspaceID, $0.projectID) = (group.id, place.id, project) }, call)
        }
    }

    @Sendable func delete(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (_, caller, place) = try await shell.form(request, context)
        let group = try await group(at: place, caller, context)
        try await auth.deleteGroup(.with { $0.id = group.id }, caller.call(context))
        return Site.redirect(to: place.path(of: .groups))
    }

    private func forget(_ id: Data) {
        if let account = ID<Account>(bytes: id) { shell.gateway.authenticator.forget(account) }
    }
}

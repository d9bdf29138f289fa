import AuthClient
import Foundation
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// One group of the instance, for its administrators.
extension InstanceGroupPages {
    /// Only people own a workspace, or administer the instance.
    private static let scoped = Role.scoped.filter { $0 != .owner }.map(\.rawValue)
    private static let general = [Role.instanceUser, .instanceAuditor].map(\.rawValue)

    @Sendable func show(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await shell.visitor(request, context)
        return try await page(try await group(caller, context), caller, context)
    }

    private func group(_ caller: Caller, _ context: EdgeContext) async throws -> AccountRecord {
        let id = try Data(idText: try context.part("id"), "group")
        guard let found = try await groups(caller.call(context)).first(where: { $0.id == id }) else {
            throw Failure(.notFound, "There is no such group.")
        }
        return found
    }

    private func page(
        _ group: AccountRecord, _ caller: Caller, _ context: EdgeContext, typed form: Query? = nil,
        problem: Failure? = nil
    ) async throws -> Response {
        let call = caller.call(context)
        let within = try await auth.listGroupMembers(.with { $0.id = group.id }, call).members
        let held = try await GroupHolding.all(of: group.id, gateway, caller, call)
        let path = Self.path + "/" + group.id.idText
        let typed = form.flatMap { $0.has("name") ? $0 : nil }
        var model: [String: Any] = [
            "path": path, "groupName": group.name, "name": typed?["name"] ?? group.name,
            "description": typed?["description"] ?? group.description_p,
            "members": within.map { member in
                GroupPages.Member(
                    id: member.id.idText, name: member.name, email: member.email, note: PersonChoice.note(member.kind))
            },
            "hasMembers": !within.isEmpty, "who": form?["who"] ?? "", "held": held, "isGranted": !held.isEmpty,
            "places": try await GroupHolding.places(gateway, caller, call), "scoped": Self.scoped,
            "general": Self.general, "isOwn": group.provider.isEmpty,
        ]
        model["provider"] = group.provider.isEmpty ? nil : group.provider
        return try await shell.page(
            "admin-group", title: group.name, path: Self.path,
            trail: [Crumb(text: "Groups", href: Self.path), Crumb(text: group.name, href: path)], caller: caller,
            context, problem: problem,
            beside: form.flatMap { form in problem?.field(among: ["name", "who", "role"].filter(form.has)) }, model)
    }

    /// Does what a form asks of the group and shows it again: with what went wrong, or anew.
    private func answer(
        _ request: Request, _ context: EdgeContext,
        _ work: (_ group: AccountRecord, _ form: Query, _ call: CallContext) async throws -> Void
    ) async throws -> Response {
        let (form, caller) = try await shell.form(request, context)
        let group = try await group(caller, context)
        switch try await SettingsShell.outcome({ try await work(group, form, caller.call(context)) }) {
        case .success: return Site.redirect(to: Self.path + "/" + group.id.idText)
        case .failure(let problem): return try await page(group, caller, context, typed: form, problem: problem)
        }
    }

    @Sendable func rename(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await answer(request, context) { group, form, call in
            try await auth.changeGroup(
                .with { ($0.id, $0.name, $0.description_p) = (group.id, form["name"], form["description"]) }, call)
        }
    }

    /// Somebody by name or address or, by its name, a service account of the instance.
    @Sendable func add(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await answer(request, context) { group, form, call in
            let who = form["who"].trimmingCharacters(in: .whitespaces)
            let people =
                who.isEmpty
                ? [] : try await auth.findAccounts(.with { ($0.name, $0.email) = (who, who) }, call).accounts
            let residents = try await auth.listAccounts(.with { $0.limit = 1 }, call).accounts
            let service = residents.first { $0.kind == .serviceAccount && $0.name.lowercased() == who.lowercased() }
            guard let id = people.first?.id ?? service?.id else {
                throw Failure(
                    .notFound, "There is no account \"\(who.prefix(100))\". Make it under Accounts first.",
                    reason: "account_unknown")
            }
            try await auth.changeGroup(.with { ($0.id, $0.addIds) = (group.id, [id]) }, call)
            forget(id)
        }
    }

    @Sendable func remove(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await answer(request, context) { group, form, call in
            let id = try Data(idText: form["account"], "account")
            try await auth.changeGroup(.with { ($0.id, $0.removeIds) = (group.id, [id]) }, call)
            forget(id)
        }
    }

    /// In the workspace that is named, or on the instance.
    @Sendable func grant(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await answer(request, context) { group, form, call in
            var grant = GrantClaim()
            if form["workspace"].isEmpty {
                guard let role = Role(rawValue: form["role"]), !Role.scoped.contains(role), role != .custom else {
                    throw Failure(
                        .invalid, "On the instance a group is one of: \(Self.general.joined(separator: ", ")).",
                        reason: "role_unknown")
                }
                grant.role = role.claim
            } else {
                grant = try await Places(gateway: gateway).grant(
                    form["role"], workspace: form["workspace"], project: "", call)
            }
            try await auth.setGrant(.with { ($0.principalID, $0.grant) = (group.id, grant) }, call)
        }
    }

    @Sendable func withdraw(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await answer(request, context) { group, form, call in
            let places = Places(gateway: gateway)
            let home = try await places.home(form["workspace"], call)
            let project = try await places.project(form["project"], of: form["workspace"], call)
            try await auth.removeGrant(
                .with { ($0.principalID, $0.workspaceID, $0.projectID) = (group.id, home, project) }, call)
        }
    }

    @Sendable func delete(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (_, caller) = try await shell.form(request, context)
        let group = try await group(caller, context)
        let outcome = try await SettingsShell.outcome {
            try await auth.deleteGroup(.with { $0.id = group.id }, caller.call(context))
        }
        if case .failure(let problem) = outcome { return try await page(group, caller, context, problem: problem) }
        return Site.redirect(to: Self.path)
    }

    private func forget(_ id: Data) {
        if let account = ID<Account>(bytes: id) { gateway.authenticator.forget(account) }
    }
}

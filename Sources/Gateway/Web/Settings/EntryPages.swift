import AuthClient
import Foundation
import Hummingbird
import Model
import SwiftProtobuf
import WireMessages

/// `/admin/entries`: where an administrator of the instance enters a workspace of others, and who has.
struct EntryPages: Sendable {
    struct Line {
        let id: String
        let workspace: String
        let href: String
        let name: String
        let role: String
        let reason: String
        let since: Moment?
        let until: String
        let ended: Moment?
        let isOwn: Bool

        init(_ entry: EntryRecord, _ caller: Caller) {
            (id, workspace, name, reason) = (entry.id.idText, entry.workspaceName, entry.name, entry.reason)
            href = Link.workspace(entry.workspaceName)
            role = Role(entry.role)?.rawValue ?? ""
            (since, until, ended) = (Moment(entry.enteredMs), Shown.time(entry.endsMs), Moment(entry.endedMs))
            isOwn = entry.principalID == Data(caller.principal.bytes)
        }
    }

    static let path = "/admin/entries"
    private static let roles: [Role] = [.viewer, .commenter, .editor, .admin]
    private static let hoursMax = 8

    let shell: SettingsShell
    private var gateway: Gateway { shell.site.gateway }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("admin/entries", use: show)
        routes.post("admin/entries", use: enter)
        routes.post("admin/entries/:id/leave", use: leave)
    }

    @Sendable private func show(_ request: Request, _ context: EdgeContext) async throws -> Response {
        try await page(try await shell.visitor(request, context), context)
    }

    private func page(
        _ caller: Caller, _ context: EdgeContext, typed form: Query? = nil, problem: Failure? = nil
    ) async throws -> Response {
        let entries = try await gateway.backends.auth.listEntries(.init(), caller.call(context)).entries
        let open = entries.filter { $0.endedMs == 0 }.map { Line($0, caller) }
        let past = entries.filter { $0.endedMs != 0 }.map { Line($0, caller) }
        let (role, hours) = (form?["role"] ?? "viewer", form?["hours"] ?? "1")
        return try await shell.page(
            "settings-entries", title: "Entering workspaces", path: Self.path, caller: caller, context,
            problem: problem,
            beside: form.flatMap { form in problem?.field(among: ["workspace", "reason", "role", "hours"]) },
            [
                "open": open, "isAnybodyInside": !open.isEmpty, "past": past, "hasPast": !past.isEmpty,
                "workspace": form?["workspace"] ?? "", "reason": form?["reason"] ?? "",
                "roles": Self.roles.map { MemberPages.Choice(name: $0.rawValue, isChosen: $0.rawValue == role) },
                "hours": (1...Self.hoursMax).map { MemberPages.Choice(name: "\($0)", isChosen: "\($0)" == hours) },
            ])
    }

    @Sendable private func enter(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (form, caller) = try await shell.form(request, context)
        let outcome = try await SettingsShell.outcome {
            try await gateway.enter(
                form["workspace"].trimmingCharacters(in: .whitespaces), as: form["role"], reason: form["reason"],
                hours: Int64(form["hours"]) ?? 0, caller, context)
        }
        switch outcome {
        case .success: return Site.redirect(to: Self.path)
        case .failure(let problem): return try await page(caller, context, typed: form, problem: problem)
        }
    }

    @Sendable private func leave(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let (_, caller) = try await shell.form(request, context)
        let id = try Data(idText: try context.part("id"), "entry")
        switch try await SettingsShell.outcome({ try await gateway.leave(id, caller, context) }) {
        case .success: return Site.redirect(to: Self.path)
        case .failure(let problem): return try await page(caller, context, problem: problem)
        }
    }
}

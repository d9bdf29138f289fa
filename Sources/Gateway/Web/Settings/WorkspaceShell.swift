import AuthClient
import Foundation
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages
import WorkspaceClient

/// What stands above every page of a workspace's settings: the ways to the others.
struct WorkspaceShell: Sendable {
    enum Tab: String, CaseIterable {
        case members = "Members"
        case groups = "Groups"
        case roles = "Roles"
        case denials = "Denials"
        case access = "Who may what"
        case audit = "Audit log"
    }

    /// The workspace that a page is about, and what the page may offer to who looks at it; the services judge.
    struct Place: Sendable {
        let name: String
        let id: Data
        let managesMembers: Bool
        let readsAudit: Bool

        var base: String { "/settings/workspaces/" + Link.escaped(name) }

        func path(of tab: Tab) -> String {
            switch tab {
            case .members: base
            case .groups, .roles, .denials, .access: base + "/\(tab)"
            case .audit: Link.query(AuditPage.path, [("workspace", name)])
            }
        }

        /// What to show in place of those tabs that would be refused.
        var tabs: [Tab] {
            Tab.allCases.filter { tab in
                switch tab {
                case .members, .groups, .roles, .access: true
                case .denials: managesMembers
                case .audit: readsAudit
                }
            }
        }
    }

    let shell: SettingsShell
    var gateway: Gateway { shell.site.gateway }
    var places: Places { Places(gateway: gateway) }

    /// Throws `.notFound` to who may not read there.
    func place(_ context: EdgeContext, _ caller: Caller) async throws -> Place {
        try await place(named: try context.part("workspace"), context, caller)
    }

    func place(named name: String, _ context: EdgeContext, _ caller: Caller) async throws -> Place {
        let id = try await places.workspace(name, caller.call(context))
        let scope = ID<Workspace>(bytes: id).map { Scope.workspace($0) } ?? .instance
        return Place(
            name: name, id: id, managesMembers: caller.maySee(.manageMembers, on: scope),
            readsAudit: caller.maySee(.readAudit, on: scope))
    }

    /// A page of `tab`; with a `heading` of its own, one below it and at that address. What is wrong is told beside its
    /// field, if that is one of `fields`.
    func page(
        _ template: String, _ tab: Tab, heading: Crumb? = nil, at place: Place, _ caller: Caller,
        _ context: EdgeContext, problem: Failure? = nil, beside fields: [String] = [], _ model: [String: Any]
    ) async throws -> Response {
        var model = model
        model["workspace"] = place.name
        model["base"] = place.base
        model["manages"] = place.managesMembers
        model["tabs"] = place.tabs.map {
            SettingsShell.Entry(text: $0.rawValue, href: place.path(of: $0), isCurrent: $0 == tab)
        }
        var trail = [Crumb(text: place.name, href: place.base)]
        if tab != .members { trail.append(Crumb(text: tab.rawValue, href: place.path(of: tab))) }
        if let heading { trail.append(heading) }
        return try await shell.page(
            template, title: heading?.text ?? "\(tab.rawValue) \(tab == .access ? "in" : "of") \(place.name)",
            path: place.base, trail: trail, caller: caller, context, problem: problem,
            beside: problem?.field(among: fields), model)
    }

    func visitor(_ request: Request, _ context: EdgeContext) async throws -> (Caller, Place) {
        let caller = try await shell.visitor(request, context)
        return (caller, try await place(context, caller))
    }

    func form(_ request: Request, _ context: EdgeContext) async throws -> (Query, Caller, Place) {
        let (form, caller) = try await shell.form(request, context)
        return (form, caller, try await place(context, caller))
    }

    /// The projects of the workspace that the caller may see.
    func projects(of place: Place, _ call: CallContext) async throws -> [ProjectRecord] {
        try await gateway.backends.workspace.listProjects(.with { $0.workspaceID = place.id }, call).projects
    }

    func members(of place: Place, _ call: CallContext) async throws -> [MemberRecord] {
        try await gateway.backends.auth.listMembers(.with { $0.workspaceID = place.id }, call).members
    }

    /// The service accounts and groups that belong to the workspace.
    func residents(
        _ kind: AccessClaims.PrincipalKind, of place: Place, _ call: CallContext
    ) async throws -> [AccountRecord] {
        try await gateway.backends.auth.listAccounts(.with { $0.workspaceID = place.id }, call).accounts
            .filter { $0.kind == kind }
    }
}

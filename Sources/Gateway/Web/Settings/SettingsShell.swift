import AuthClient
import Foundation
import HTTPTypes
import Hummingbird
import Model
import SwiftProtobuf
import WireMessages
import WorkspaceClient

/// What stands around every page of settings: where else one can go.
struct SettingsShell: Sendable {
    struct Entry {
        let text: String
        let href: String
        let isCurrent: Bool
    }

    struct Section {
        let title: String
        let entries: [Entry]
    }

    static let own = [
        ("API keys", "/settings/keys"), ("Signed in", "/settings/sessions"), ("Security", "/settings/security"),
        ("Identities", "/settings/identities"),
    ]
    static let instance = [
        ("Accounts", "/admin/accounts"), ("Groups", "/admin/groups"), ("Providers", "/admin/providers"),
        ("Mail", "/admin/mail"), ("Entering workspaces", "/admin/entries"),
    ]
    static let log = [("Audit log", "/admin/audit")]

    let site: Site

    /// A page of settings. `path` is the entry that is open, `trail` the way to the page if it is not the entry's own;
    /// `model` what the template names besides the shell's. What is wrong stands above it all, or as `beside` and
    /// `Problem` where the template wants it.
    func page(
        _ template: String, title: String, path: String, trail: [Crumb]? = nil, caller: Caller,
        _ context: EdgeContext, status: HTTPResponse.Status = .ok, problem: Failure? = nil, beside: String? = nil,
        _ model: [String: Any] = [:]
    ) async throws -> Response {
        let call = caller.call(context)
        // Who must set up a second factor first sees the page where that is done, and no more.
        let seen = (try? await site.gateway.backends.workspace.list(.init(), call).workspaces) ?? []
        let holdings = (try? await site.gateway.backends.auth.describeAccess(.init(), call).holdings) ?? []
        func mayOnInstance(_ action: Action) -> Bool {
            holdings.contains { $0.grant.workspaceID.isEmpty && $0.actions.contains(action.rawValue) }
        }
        let instance =
            (mayOnInstance(.administerInstance) ? Self.instance : []) + (mayOnInstance(.readAudit) ? Self.log : [])
        var sections = [Self.section("You", Self.own, path)]
        if !seen.isEmpty {
            sections.append(
                Self.section(
                    "Workspaces", seen.map { ($0.name, "/settings/workspaces/" + Link.escaped($0.name)) }, path))
        }
        if !instance.isEmpty { sections.append(Self.section("Instance", instance, path)) }
        var model = model
        model["sections"] = sections
        model["csrf"] = caller.csrfToken
        model[beside.map { $0 + "Problem" } ?? "problem"] = problem?.message
        return try site.page(
            template, title: title,
            crumbs: [Crumb(text: "Settings", href: "/settings")] + (trail ?? [Crumb(text: title, href: path)]),
            caller: caller, status: problem.map(HTTPStatus.status(for:)) ?? status, model)
    }

    private static func section(_ title: String, _ entries: [(String, String)], _ path: String) -> Section {
        Section(title: title, entries: entries.map { Entry(text: $0, href: $1, isCurrent: $1 == path) })
    }

    /// A form of a page of settings, from somebody in a session of this site.
    func form(_ request: Request, _ context: EdgeContext) async throws -> (form: Query, caller: Caller) {
        let form = try await Site.form(request)
        let caller = try await site.visitors.writer(request, context, formToken: form["csrf"])
        return (form, caller)
    }

    /// Somebody in a session: with a key there is nothing to see here.
    func visitor(_ request: Request, _ context: EdgeContext) async throws -> Caller {
        let caller = try await site.visitors.reader(request, context)
        guard caller.bySession else {
            throw Failure(.forbidden, "Sign in to see your settings.", reason: "session_required")
        }
        return caller
    }

    /// What a form shall say again beside its fields, rather than a page of its own. What the caller must prove first
    /// is thrown: it leads there.
    static func outcome<T: Sendable>(_ body: () async throws -> T) async throws -> Result<T, Failure> {
        let outcome = await SessionPages.outcome(body)
        if case .failure(let failure) = outcome,
            ["reauth_required", "second_factor_required", "session_unknown"].contains(failure.reason)
        {
            throw failure
        }
        return outcome
    }
}

import AuthClient
import Foundation
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// `/admin/providers`: who may say who people are. For administrators of the instance.
struct ProviderAdminPages: Sendable {
    let site: Site
    private var gateway: Gateway { site.gateway }

    init(site: Site) {
        self.site = site
    }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("admin/providers", use: list)
        routes.post("admin/providers", use: create)
        routes.get("admin/providers/new/:kind", use: new)
        routes.get("admin/providers/:id", use: show)
        routes.post("admin/providers/:id", use: save)
        routes.post("admin/providers/:id/test", use: test)
        routes.post("admin/providers/:id/delete", use: delete)
    }

    private struct Row {
        let href: String
        let label: String
        let kind: String
        let place: String
        let state: String
        let stateClass: String
        let identities: Int
        let changed: Moment?
    }

    @Sendable private func list(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await site.visitors.reader(request, context)
        let providers = try await gateway.backends.auth.listProviders(.init(), caller.call(context)).providers
        let rows = providers.map { p in
            Row(
                href: Self.path(p), label: p.label, kind: ProviderForm.title(of: p.kind),
                place: ProviderForm.place(of: p),
                state: p.enabled ? "on" : "off",
                stateClass: p.enabled ? "finished" : "", identities: Int(p.identities), changed: Moment(p.changedMs))
        }
        return try await SettingsShell(site: site).page(
            "admin-providers", title: "Sign-in providers", path: "/admin/providers", caller: caller, context,
            ["rows": rows, "hasRows": !rows.isEmpty])
    }

    @Sendable private func new(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await site.visitors.reader(request, context)
        // Asks for the right before a form is shown that would be refused.
        _ = try await gateway.backends.auth.listProviders(.init(), caller.call(context))
        let kind = try ProviderFields.kind(try context.part("kind"))
        return try await page(ProviderForm.draft(kind), caller, request, context)
    }

    @Sendable private func show(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await site.visitors.reader(request, context)
        let saved = try Query(request).has("saved") ? "Saved." : nil
        return try await page(try await find(caller, context), caller, request, context, note: saved)
    }

    @Sendable private func create(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let form = try await Site.form(request, bytesMax: ProviderRoutes.bodyBytesMax)
        let caller = try await site.visitors.writer(request, context, formToken: form["csrf"])
        let kind = try ProviderFields.kind(form["kind"])
        let draft = ProviderForm.record(form, over: ProviderFields.blank(kind))
        do throws(Failure) {
            let asked = try await ruled(draft, form, caller, context)
            let made = try await gateway.backends.auth.createProvider(
                .with { ($0.provider, $0.clientSecret) = (asked, form["client_secret"]) }, caller.call(context))
            return Site.redirect(to: Self.path(made.provider) + "?saved")
        } catch {
            return try await page(draft, caller, request, context, problem: error, form: form)
        }
    }

    @Sendable private func save(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let form = try await Site.form(request, bytesMax: ProviderRoutes.bodyBytesMax)
        let caller = try await site.visitors.writer(request, context, formToken: form["csrf"])
        let present = try await find(caller, context)
        let draft = ProviderForm.record(form, over: present)
        do throws(Failure) {
            let asked = try await ruled(draft, form, caller, context)
            _ = try await gateway.backends.auth.changeProvider(
                .with { ($0.provider, $0.clientSecret) = (asked, form["client_secret"]) }, caller.call(context))
            return Site.redirect(to: Self.path(present) + "?saved")
        } catch {
            return try await page(draft, caller, request, context, problem: error, form: form)
        }
    }

    @Sendable private func test(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let form = try await Site.form(request)
        let caller = try await site.visitors.writer(request, context, formToken: form["csrf"])
        let id = try context.providerID("id")
        let steps = try await gateway.backends.auth.testProvider(
            .with { $0.id = id }, caller.call(context, deadline: ProviderRoutes.testWait)
        ).steps
        return try await page(try await find(caller, context), caller, request, context, steps: steps)
    }

    @Sendable private func delete(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let form = try await Site.form(request)
        let caller = try await site.visitors.writer(request, context, formToken: form["csrf"])
        let id = try context.providerID("id")
        _ = try await gateway.backends.auth.deleteProvider(.with { $0.id = id }, caller.call(context))
        return Site.redirect(to: "/admin/providers")
    }

    private static func path(_ provider: ProviderRecord) -> String {
        "/admin/providers/" + (ID<ProviderRecord>(bytes: provider.id)?.text ?? "")
    }

    func find(_ caller: Caller, _ context: EdgeContext) async throws -> ProviderRecord {
        let id = try context.providerID("id")
        let all = try await gateway.backends.auth.listProviders(.init(), caller.call(context)).providers
        guard let found = all.first(where: { $0.id == id }) else { throw EdgeContext.noProvider }
        return found
    }

    /// With the groups' roles, whose workspaces are looked up.
    private func ruled(
        _ draft: ProviderRecord, _ form: Query, _ caller: Caller, _ context: EdgeContext
    ) async throws(Failure) -> ProviderRecord {
        let fields = ProviderFields(workspaces: gateway.backends.workspace, call: caller.call(context))
        var asked = draft
        asked.groupRoles = []
        do {
            for row in ProviderForm.rules(form) {
                asked.groupRoles.append(try await fields.rule(row.group, row.workspace, row.role))
            }
        } catch {
            throw error as? Failure ?? Failure(.bug, "Something went wrong here.", detail: "\(error)")
        }
        return asked
    }

    /// `secret` is a token that was just made: it is shown this once.
    func page(
        _ provider: ProviderRecord, _ caller: Caller, _ request: Request, _ context: EdgeContext,
        problem: Failure? = nil, note: String? = nil, secret: String? = nil, steps: [TestProviderResponse.Step] = [],
        form: Query? = nil
    ) async throws -> Response {
        let fields = ProviderFields(workspaces: gateway.backends.workspace, call: caller.call(context))
        let names = try await fields.names()
        let rules = form.map { ProviderForm.rules($0) } ?? ProviderForm.rules(of: provider, names)
        let isNew = provider.id.isEmpty
        var model = ProviderForm.model(provider, rules)
        model["isNew"] = isNew
        model["path"] = isNew ? "/admin/providers" : Self.path(provider)
        model["note"] = note
        model["steps"] = steps.map {
            ["what": $0.what, "state": $0.ok ? "finished" : "crashed", "message": $0.ok ? "works" : $0.message]
        }
        model["hasSteps"] = !steps.isEmpty
        if !isNew {
            let standing = try await gateway.backends.auth.listProvisioningKeys(
                .with { $0.providerID = provider.id }, caller.call(context))
            model.merge(
                ProvisioningModel.members(standing, base: gateway.origin.base(of: request, context), secret: secret)
            ) { $1 }
        }
        let title = isNew ? "New provider" : provider.label
        let here = isNew ? "/admin/providers/new/" + ProviderFields.name(of: provider.kind) : Self.path(provider)
        return try await SettingsShell(site: site).page(
            "admin-provider", title: title, path: "/admin/providers",
            trail: [Crumb(text: "Sign-in providers", href: "/admin/providers"), Crumb(text: title, href: here)],
            caller: caller, context, problem: problem, model)
    }
}

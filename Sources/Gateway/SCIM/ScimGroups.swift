import AuthClient
import Foundation
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// `/scim/v2/Groups`.
struct ScimGroups: Sendable {
    let scim: ScimRoutes
    private var auth: AuthClient { scim.gateway.backends.auth }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("Groups", use: list)
        routes.post("Groups", use: create)
        routes.get("Groups/:id", use: show)
        routes.put("Groups/:id", use: replace)
        routes.patch("Groups/:id", use: change)
        routes.delete("Groups/:id", use: delete)
    }

    @Sendable private func list(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let call = try await scim.begin(request, context)
        let start = try call.start
        let asked = try ListProvisionedGroupsRequest.with {
            ($0.terms, $0.start, $0.count) = (try call.terms, UInt32(clamping: start - 1), try call.count)
            $0.withoutMembers = !call.view.shows("members")
        }
        let found = try await auth.listProvisionedGroups(asked, call.context)
        return ScimReply.list(
            found.groups.map { call.view.shown($0.scim(call)) }, total: Int(found.total), start: start)
    }

    @Sendable private func create(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let call = try await scim.begin(request, context)
        let document = ScimObject(.object(try await scim.body(request).object))
        let group = try ProvisionedGroup(document, id: Data())
        let made = try await auth.saveProvisionedGroup(.with { $0.group = group }, call.context).group
        return ScimReply.resource(made.scim(call), made.version, call, status: .created)
    }

    @Sendable private func show(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let call = try await scim.begin(request, context)
        let group = try await find(try context.resourceID(), call, withMembers: call.view.shows("members"))
        return ScimReply.resource(group.scim(call), group.version, call)
    }

    @Sendable private func replace(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let call = try await scim.begin(request, context)
        let (id, version) = (try context.resourceID(), try ScimVersion.wanted(request))
        let document = ScimObject(.object(try await scim.body(request).object))
        let group = try ProvisionedGroup(document, id: id)
        let saved = try await auth.saveProvisionedGroup(
            .with { ($0.group, $0.ifVersion) = (group, version ?? 0) }, call.context
        ).group
        return ScimReply.resource(saved.scim(call), saved.version, call)
    }

    /// Answers with nothing but the version (RFC 7644 §3.5.2), unless attributes are asked for: a group can be long.
    @Sendable private func change(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let call = try await scim.begin(request, context)
        let (id, version) = (try context.resourceID(), try ScimVersion.wanted(request))
        let patch = try ScimPatch(try await scim.body(request))
        let saved = try await scim.retrying(version) {
            let present = try await find(id, call, withMembers: true)
            let group = try ProvisionedGroup(try patch.applied(to: present.document), id: id)
            let asked = SaveProvisionedGroupRequest.with {
                ($0.group, $0.ifVersion) = (group, version ?? present.version)
            }
            return try await auth.saveProvisionedGroup(asked, call.context).group
        }
        guard call.query.has("attributes") else { return ScimReply.empty(tag: ScimVersion.tag(saved.version)) }
        return ScimReply.resource(saved.scim(call), saved.version, call)
    }

    @Sendable private func delete(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let call = try await scim.begin(request, context)
        let (id, version) = (try context.resourceID(), try ScimVersion.wanted(request))
        try await auth.deleteProvisionedGroup(.with { ($0.id, $0.ifVersion) = (id, version ?? 0) }, call.context)
        return ScimReply.empty()
    }

    private func find(_ id: Data, _ call: ScimCall, withMembers: Bool) async throws -> ProvisionedGroup {
        let asked = ListProvisionedGroupsRequest.with {
            $0.terms = [.with { ($0.attribute, $0.comparison, $0.value) = ("id", "eq", id.resourceText) }]
            ($0.count, $0.withoutMembers) = (1, !withMembers)
        }
        guard let group = try await auth.listProvisionedGroups(asked, call.context).groups.first else {
            throw ScimRoutes.unknown
        }
        return group
    }
}

import AuthClient
import Foundation
import HTTPTypes
import HotJSON
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// `/scim/v2/Users`.
struct ScimUsers: Sendable {
    let scim: ScimRoutes
    private var auth: AuthClient { scim.gateway.backends.auth }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("Users", use: list)
        routes.post("Users", use: create)
        routes.get("Users/:id", use: show)
        routes.put("Users/:id", use: replace)
        routes.patch("Users/:id", use: change)
        routes.delete("Users/:id", use: delete)
    }

    @Sendable private func list(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let call = try await scim.begin(request, context)
        let start = try call.start
        let asked = try ListProvisionedUsersRequest.with {
            ($0.terms, $0.start, $0.count) = (try call.terms, UInt32(clamping: start - 1), try call.count)
        }
        let found = try await auth.listProvisionedUsers(asked, call.context)
        return ScimReply.list(
            found.users.map { call.view.shown($0.scim(call)) }, total: Int(found.total), start: start)
    }

    @Sendable private func create(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let call = try await scim.begin(request, context)
        let document = ScimObject(.object(try await scim.body(request).object))
        let user = try ProvisionedUser(document, id: Data(), activeUnlessTold: true)
        let made = try await auth.saveProvisionedUser(.with { $0.user = user }, call.context).user
        return ScimReply.resource(made.scim(call), made.version, call, status: .created)
    }

    @Sendable private func show(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let call = try await scim.begin(request, context)
        let user = try await find(try context.resourceID(), call)
        return ScimReply.resource(user.scim(call), user.version, call)
    }

    /// Who is not said to be active or not stays what they are: to be forgotten in a body is no way back.
    @Sendable private func replace(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let call = try await scim.begin(request, context)
        let document = ScimObject(.object(try await scim.body(request).object))
        return try await save(request, context, call) { _ in document }
    }

    @Sendable private func change(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let call = try await scim.begin(request, context)
        let patch = try ScimPatch(try await scim.body(request))
        return try await save(request, context, call) { try patch.applied(to: $0.document) }
    }

    private func save(
        _ request: Request, _ context: EdgeContext, _ call: ScimCall,
        _ document: @Sendable (ProvisionedUser) throws -> ScimObject
    ) async throws -> Response {
        let (id, version) = (try context.resourceID(), try ScimVersion.wanted(request))
        let saved = try await scim.retrying(version) {
            let present = try await find(id, call)
            let user = try ProvisionedUser(try document(present), id: id, activeUnlessTold: present.active)
            let asked = SaveProvisionedUserRequest.with { ($0.user, $0.ifVersion) = (user, version ?? present.version) }
            return try await auth.saveProvisionedUser(asked, call.context).user
        }
        return ScimReply.resource(saved.scim(call), saved.version, call)
    }

    @Sendable private func delete(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let call = try await scim.begin(request, context)
        let (id, version) = (try context.resourceID(), try ScimVersion.wanted(request))
        try await auth.deleteProvisionedUser(.with { ($0.id, $0.ifVersion) = (id, version ?? 0) }, call.context)
        return ScimReply.empty()
    }

    private func find(_ id: Data, _ call: ScimCall) async throws -> ProvisionedUser {
        let asked = ListProvisionedUsersRequest.with {
            $0.terms = [.with { ($0.attribute, $0.comparison, $0.value) = ("id", "eq", id.resourceText) }]
            $0.count = 1
        }
        guard let user = try await auth.listProvisionedUsers(asked, call.context).users.first else {
            throw ScimRoutes.unknown
        }
        return user
    }
}

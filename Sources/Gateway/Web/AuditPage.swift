import Foundation
import HTTPTypes
import Hummingbird
import Model
import SwiftProtobuf
import WireMessages

/// `/admin/audit`: the log of the instance or, with `workspace`, of a workspace; filtered by a form, page by page.
struct AuditPage: Sendable {
    struct Row {
        let time: String
        let iso: String
        let actor: String
        let action: String
        let outcome: String
        let refused: Bool
        let object: String
        let address: String
        let detail: String?
        /// The key or session: its first characters, and the way to all that it did.
        let credential: String?
        let credentialHref: String?
    }

    static let path = "/admin/audit"
    private static let fields = ["workspace", "actor", "action", "object", "outcome", "from", "to", "credential"]

    let shell: WorkspaceShell
    private var gateway: Gateway { shell.gateway }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("admin/audit", use: show)
    }

    @Sendable private func show(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await shell.shell.site.visitors.reader(request, context)
        let query = try Query(request)
        let page = try await gateway.audit(query, caller.call(context))
        let asked = Self.fields.map { ($0, query[$0]) }
        let workspace = query["workspace"]
        var model: [String: Any] = [
            "path": Self.path, "rows": page.records.map { Row($0, workspace: workspace) },
            "hasRows": !page.records.isEmpty,
            "isFiltered": asked.contains { $0.0 != "workspace" && !$0.1.isEmpty },
            "clearHref": Link.query(Self.path, [("workspace", workspace)]),
            "exportHref": Link.query("/api/v1/audit/export", asked),
            "isRefused": query["outcome"] == "refused", "isOK": query["outcome"] == "ok",
        ]
        for (name, value) in asked where !value.isEmpty { model[name] = value }
        if !page.cursor.isEmpty { model["nextHref"] = Link.query(Self.path, asked + [("cursor", page.cursor)]) }
        if !query["cursor"].isEmpty { model["firstHref"] = Link.query(Self.path, asked) }
        guard workspace.isEmpty else {
            let place = try await shell.place(named: workspace, context, caller)
            return try await shell.page("audit", .audit, at: place, caller, context, model)
        }
        return try await shell.shell.page("audit", title: "Audit log", path: Self.path, caller: caller, context, model)
    }
}

extension AuditPage.Row {
    fileprivate init(_ record: AuditRecord, workspace: String) {
        let date = Date(timeIntervalSince1970: Double(record.timeUs) / 1_000_000)
        let key = ID<Model.Credential>(bytes: record.credentialID)?.text
        self.init(
            time: date.formatted(
                .iso8601.year().month().day().dateTimeSeparator(.space).time(includingFractionalSeconds: false)),
            iso: date.formatted(.iso8601), actor: record.actor.isEmpty ? "nobody known" : record.actor,
            action: record.action, outcome: record.outcome, refused: record.outcome == "refused", object: record.object,
            address: record.address, detail: record.detailJson == "{}" ? nil : record.detailJson,
            // The end of an id is what differs between two that were made in one minute.
            credential: key.map { String($0.suffix(8)) },
            credentialHref: key.map { Link.query("/admin/audit", [("workspace", workspace), ("credential", $0)]) })
    }
}

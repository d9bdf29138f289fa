import Foundation
import Model

/// The one way of an administrator of the instance into a workspace of others: with a reason, until a time, in the
/// log of both, and told to its owners and members.
struct Entries: Sendable {
    let store: EntryStore

    /// Throws `.conflict` for who is inside already, `.exhausted` for who has entered too often within the hour.
    func enter(_ draft: Entry.Draft, as access: Access) async throws -> Entry {
        try access.requireRecentProof()
        _ = try access.require(.administerInstance, on: .instance)
        guard !access.isOperator else {
            throw Failure(
                .forbidden, "A workspace is entered by somebody with an account, in a browser session.",
                reason: "session_required")
        }
        try await endThoseOver()
        let detail = [
            "entry": draft.id.text, "workspace": draft.workspaceName, "role": draft.role.rawValue,
            "hours": "\(draft.hours)", "reason": draft.reason,
        ]
        let events = Self.events("workspace.enter", AuditEvent.Actor(access), draft.workspace, detail)
        switch try await store.insert(draft, by: access.principal, telling: events) {
        case .made(let entry): return entry
        case .open:
            throw Failure(
                .conflict, "You are in this workspace already. Leave it first, to enter it anew.", reason: "entry_open")
        case .unknown:
            throw Failure(.notFound, "There is no such workspace.", reason: "workspace_unknown")
        case .tooOften:
            throw Failure(
                .exhausted,
                "You have entered workspaces \(EntryStore.hourlyMax) times within an hour. Try again later.",
                reason: "entries_exhausted")
        }
    }

    /// Only one's own, and only while it lasts.
    func leave(_ id: ID<Entry>, as access: Access) async throws {
        try access.requireSession("A workspace is left in a browser session, as it was entered.")
        let gone = Failure(.notFound, "You are in no workspace by this entry.", reason: "entry_unknown")
        guard let entry = try await store.find(id), entry.account == access.principal, entry.endedAt == nil else {
            throw gone
        }
        guard try await end(entry, .left, by: AuditEvent.Actor(access)) else { throw gone }
    }

    /// Of a workspace, for its members; of all, for administrators and auditors of the instance.
    func list(in workspace: ID<Workspace>?, onlyOpen: Bool, as access: Access) async throws -> [Entry] {
        if let workspace {
            _ = try access.require(.read, on: .workspace(workspace))
        } else {
            _ = try access.require(.readAudit, on: .instance)
        }
        return try await store.list(in: workspace, onlyOpen: onlyOpen)
    }

    /// Tells of those that time, or the loss of the role, has ended; the roles they gave were gone with that.
    func endThoseOver() async throws {
        for (entry, end) in try await store.over() {
            _ = try await self.end(entry, end, by: AuditEvent.Actor(id: entry.account.uuid, name: entry.name))
        }
    }

    private func end(_ entry: Entry, _ end: Entry.End, by actor: AuditEvent.Actor) async throws -> Bool {
        let detail = [
            "entry": entry.id.text, "workspace": entry.workspaceName, "by": end.rawValue,
        ]
        return try await store.end(entry, telling: Self.events("workspace.leave", actor, entry.workspace, detail))
    }

    /// For both chains, the instance's first: whoever writes into two takes them in this order.
    private static func events(
        _ action: String, _ actor: AuditEvent.Actor, _ workspace: ID<Workspace>, _ detail: [String: String]
    ) -> [AuditEvent] {
        [nil, workspace].map { AuditEvent(actor, action, in: $0, on: workspace.text, detail: detail) }
    }
}

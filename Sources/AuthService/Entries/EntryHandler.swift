import AuthClient
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct EntryHandler: Sendable {
    let entries: Entries

    func enter(_ q: EnterWorkspaceRequest, _ call: Call) async throws -> EnterWorkspaceResponse {
        let draft = try Entry.Draft(
            workspace: try ID(wire: q.workspaceID, "workspace"), name: q.workspaceName,
            role: q.role == .roleUnspecified ? .viewer : Role(q.role) ?? .custom, reason: q.reason,
            hours: q.hours == 0 ? 1 : Int(q.hours))
        let entry = try await entries.enter(draft, as: call.requireAccess())
        return EnterWorkspaceResponse.with { $0.entry = EntryRecord(entry) }
    }

    func leave(_ q: LeaveWorkspaceRequest, _ call: Call) async throws -> Empty {
        try await entries.leave(try ID(wire: q.id, "entry"), as: call.requireAccess())
        return Empty()
    }

    func list(_ q: ListEntriesRequest, _ call: Call) async throws -> ListEntriesResponse {
        let found = try await entries.list(
            in: try ID.optional(q.workspaceID, "workspace"), onlyOpen: q.openOnly, as: call.requireAccess())
        return ListEntriesResponse.with { $0.entries = found.map(EntryRecord.init) }
    }
}

extension EntryRecord {
    fileprivate init(_ entry: Entry) {
        self.init()
        id = entry.id.wire
        (workspaceID, workspaceName) = (entry.workspace.wire, entry.workspaceName)
        (principalID, name, role, reason) = (entry.account.wire, entry.name, entry.role.claim, entry.reason)
        (enteredMs, endsMs, endedMs) = (entry.enteredAt.wire, entry.endsAt.wire, entry.endedAt.wire)
    }
}

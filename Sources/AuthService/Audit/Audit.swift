import Foundation
import Model

/// The log of changes of rights: reading it, adding to it for a sibling service, checking it.
struct Audit: Sendable {
    static let pageMax = 500
    static let siblings: Set<String> = ["workspace", "tracking", "artifact"]

    let store: AuditStore

    /// The newest first, below `before` (0: from the newest).
    func list(
        in workspace: ID<Workspace>?, before: Int64, limit: Int, as access: Access
    ) async throws -> [AuditEntry] {
        _ = try access.require(.readAudit, on: workspace.map { .workspace($0) } ?? .instance)
        let count = limit > 0 ? min(limit, Self.pageMax) : 100
        return try await store.list(in: workspace, before: before > 0 ? before : .max, limit: count)
    }

    /// What a sibling service did for the caller or, with no access, for whom the event names.
    func record(_ event: AuditEvent, as access: Access?, from peer: String) async throws {
        guard Self.siblings.contains(peer) else {
            throw Failure(.forbidden, "Only the services of this instance write into the audit log.")
        }
        if let access, let workspace = event.workspace {
            let member = access.grants.contains { $0.scope.workspace == workspace }
            guard member else { throw Failure(.notFound, "There is no such workspace, or you may not see it.") }
        }
        try await store.append(event)
    }

    /// Reads a whole chain and says whether it is whole. For the operator: no right is asked.
    func verify(_ workspace: ID<Workspace>?) async throws -> AuditVerdict {
        var (chain, last) = (AuditChain(), Int64(0))
        while true {
            let page = try await store.page(in: workspace, after: last, limit: 1000)
            chain.check(page)
            guard let end = page.last, case .whole = chain.verdict else { return chain.verdict }
            last = end.sequence
        }
    }
}

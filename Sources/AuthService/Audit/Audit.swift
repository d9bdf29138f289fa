import Foundation
import Model

/// The log of changes of rights: reading it, adding to it for a sibling service, checking it.
struct Audit: Sendable {
    static let pageMax = 500
    static let siblings: Set<String> = ["workspace", "tracking", "artifact"]

    let store: AuditStore
    let keys: APIKeyStore
    let witness: AuditWitness

    /// The newest first.
    func list(
        _ search: AuditSearch, in workspace: ID<Workspace>?, after cursor: AuditCursor?, limit: Int, as access: Access
    ) async throws -> (entries: [AuditEntry], next: AuditCursor?) {
        let chains = try await chains(search, workspace, access)
        let count = limit > 0 ? min(limit, Self.pageMax) : 100
        var entries = try await store.list(search, in: chains, after: cursor, limit: count + 1)
        guard entries.count > count else { return (entries, nil) }
        entries.removeLast()
        return (entries, entries.last.map(AuditCursor.init(after:)))
    }

    /// Every row of a chain that the search leaves, the oldest first, a page at a time. That it was done is told first.
    func export(
        _ search: AuditSearch, in workspace: ID<Workspace>?, as access: Access,
        _ receive: ([AuditEntry]) async throws -> Void
    ) async throws {
        try require(workspace, access)
        try await store.append(
            AuditEvent(AuditEvent.Actor(access), "audit.export", in: workspace, on: workspace?.text ?? "instance"))
        var last = Int64(0)
        while true {
            let page = try await store.page(search, in: workspace, after: last, limit: 1000)
            try await receive(page)
            guard page.count == 1000, let end = page.last else { return }
            last = end.sequence
        }
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

    /// Reads a whole chain, says whether it is whole, and compares it with the head that was written down before; that
    /// of a chain that is whole is then written down. For the operator: no right is asked.
    func verify(_ workspace: ID<Workspace>?) async throws -> (finding: AuditFinding, published: AuditHead?) {
        let published = try witness.read()?.heads[workspace?.uuid ?? .none]
        var (chain, last) = (AuditChain(published: published), Int64(0))
        while true {
            let page = try await store.page(in: workspace, after: last, limit: 1000)
            chain.check(page)
            guard let end = page.last, case .whole = chain.verdict else { break }
            last = end.sequence
        }
        if case .whole = chain.finding { try await witness.publish() }
        return (chain.finding, published)
    }

    /// Every chain that there is or was.
    func chains() async throws -> [UUID] {
        let written = try witness.read()?.heads.keys.map { $0 } ?? []
        return Set(try await store.chains() + written).sorted { $0.uuidString < $1.uuidString }
    }

    private func require(_ workspace: ID<Workspace>?, _ access: Access) throws(Failure) {
        guard !access.isOperator else { return }
        _ = try access.require(.readAudit, on: workspace.map { .workspace($0) } ?? .instance)
    }

    /// Where to look. Without a workspace it is the instance's chain; who asks for one of their own keys is shown what
    /// it did wherever they have a role.
    private func chains(
        _ search: AuditSearch, _ workspace: ID<Workspace>?, _ access: Access
    ) async throws -> [UUID] {
        if workspace == nil, let credential = search.credential, try await isOwn(credential, access) {
            return [.none]
                + Set(access.grants.compactMap(\.scope.workspace?.uuid)).sorted { $0.uuidString < $1.uuidString }
        }
        try require(workspace, access)
        return [workspace?.uuid ?? .none]
    }

    /// A key that is limited to some actions is told of none but itself.
    private func isOwn(_ credential: ID<Credential>, _ access: Access) async throws -> Bool {
        if credential == access.credential { return true }
        guard access.bySession || access.limits.actions.isEmpty else { return false }
        return try await keys.key(credential)?.owner == access.principal
    }
}

import Model

/// What people do with their own sessions. A key does neither: whoever found one would learn where its owner works, and
/// could throw them out.
extension Sessions {
    /// The living ones, the last seen first.
    func list(as access: Access) async throws -> [SessionEntry] {
        try access.requireSession("Sessions are managed in a browser session.")
        return try await store.list(of: access.principal)
    }

    /// Ends one of the caller's sessions or, without an id, all but the one that asks; how many there were.
    func end(_ id: ID<Credential>?, as access: Access) async throws -> Int {
        try access.requireSession("Sessions are managed in a browser session.")
        let event = AuditEvent(
            AuditEvent.Actor(access), "session.end", on: (id ?? access.credential).text,
            detail: ["which": id == nil ? "all but this" : "this"])
        let count = try await store.end(id, of: access.principal, keeping: access.credential, telling: event)
        guard id == nil || count > 0 else { throw Failure(.notFound, "You have no such session.") }
        return count
    }
}

import Foundation
import Model

/// "View as": what a role, a denial or a key's limit does to somebody, for those who see to members, and for oneself.
struct Explanations: Sendable {
    let store: ExplanationStore
    let entries: EntryStore
    let accounts: AccountStore
    let keys: APIKeyStore

    /// With `key`, one of the account's: what that key may do. Throws `.notFound` for what the caller may not ask
    /// about.
    func explain(
        _ action: Action, on scope: Scope, for account: ID<Account>, key: ID<Credential>?, as access: Access
    ) async throws -> Explanation {
        let unknown = Failure(.notFound, "There is no such account here, or you may not ask about it.")
        guard let found = try await accounts.find(account) else { throw unknown }
        let entered = try await entries.held(by: account).map { grant in
            Explanation.Held(grant: grant, customName: "", through: "an entry")
        }
        let held = try await store.held(by: account) + entered
        if account != access.principal {
            let isManaged = access.allows(.manageMembers, on: scope)
            let isHere = scope == .instance || held.contains { $0.grant.scope.workspace == scope.workspace }
            guard isManaged, isHere else { throw unknown }
        }
        var asked: Explanation.Key?
        if let key {
            guard let found = try await keys.key(key), found.owner == account else { throw unknown }
            let isAlive = found.key.revokedAt == nil && found.key.expiresAt > Date()
            asked = Explanation.Key(limits: found.key.limits, isAlive: isAlive)
        }
        return Explanation(
            action, on: scope, isActive: found.deactivatedAt == nil, held: held,
            denied: try await store.denied(to: account), key: asked)
    }

    /// The caller's roles, each with what remains of it after denials and the key's limits on actions; and the key.
    func describe(as access: Access) async throws -> (holdings: [(Grant, Set<Action>)], key: APIKey?) {
        let holdings = access.grants.map { grant in
            let actions = Action.allCases.filter { action in
                grant.allows(action)
                    && (access.limits.actions.isEmpty || access.limits.actions.contains(action))
                    && !access.denials.contains { $0.scope.covers(grant.scope) && $0.actions.contains(action) }
            }
            return (grant, Set(actions))
        }
        let key = access.bySession ? nil : try await keys.key(access.credential)
        return (holdings, key?.owner == access.principal ? key?.key : nil)
    }
}

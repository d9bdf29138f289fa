import Foundation
import Model
import Postgres

struct BootstrapStore: Sendable {
    let database: Database

    struct Beginning: Sendable {
        let account: AccountEntry.Draft
        let workspace: ID<Workspace>
        let token: OpaqueToken
        let key: APIKey.Draft
        let seal: @Sendable (ID<Account>) throws -> APIKeyStore.Seal
    }

    /// The account, unless there is one already; then nothing is changed. Two at once meet at the lock.
    ///
    /// Somebody who began and was cut short before they had the answer comes with the same name and workspace. As
    /// long as that administrator has no password, they are given another key and link for the same account.
    func insert(_ beginning: Beginning) async throws -> ID<Account>? {
        let (account, workspace) = (beginning.account.id, beginning.workspace)
        let statements =
            AccountStore.insert(beginning.account, token: beginning.token, by: account.uuid) + [
                GrantStore.upsert(Grant(.instanceAdmin, on: .instance), to: account, by: account),
                GrantStore.upsert(Grant(.owner, on: .workspace(workspace)), to: account, by: account),
                APIKeyStore.insert(beginning.key, try beginning.seal(account)),
                AuditStore.append(
                    AuditEvent(.operatorOfMachine, "instance.bootstrap", on: account.text)),
                AuditStore.append(
                    AuditEvent(
                        .operatorOfMachine, "grant.set", in: workspace, on: account.text, detail: ["role": "owner"])),
            ]
        return try await database.transaction(for: .these([.none, workspace.uuid])) { transaction in
            _ = try await transaction.rows("SELECT auth.lock('bootstrap', \(UUID.none)) IS NULL") { _ in }
            let isEmpty = try await transaction.first("SELECT NOT EXISTS (SELECT FROM auth.accounts)") { row in
                try row.read(Bool.self)
            }
            guard isEmpty == true else { return try await BootstrapStore.again(beginning, transaction) }
            for statement in statements { try await transaction.run(statement) }
            return account
        }
    }

    private static func again(_ beginning: Beginning, _ transaction: Transaction) async throws -> ID<Account>? {
        let begun = try await transaction.first(
            """
            SELECT a.id FROM auth.accounts a JOIN auth.grants g ON g.account_id = a.id
             WHERE a.name_key = \(beginning.account.name.accountKey) AND a.password IS NULL
               AND g.workspace_id = \(beginning.workspace.uuid) AND g.role = 'owner'
            """
        ) { row in ID<Account>(try row.read()) }
        guard let begun else { return nil }
        let statements = [
            AccountStore.insert(beginning.token, for: begun),
            APIKeyStore.insert(beginning.key, try beginning.seal(begun)),
            AuditStore.append(AuditEvent(.operatorOfMachine, "instance.bootstrap", on: begun.text)),
        ]
        for statement in statements { try await transaction.run(statement) }
        return begun
    }
}

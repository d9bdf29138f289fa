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
        let digest: [UInt8]
        let pepperVersion: Int32
    }

    /// Answers whether there was no account yet; otherwise nothing is changed. Two at once meet at the lock.
    func insert(_ beginning: Beginning) async throws -> Bool {
        let (account, workspace) = (beginning.account.id, beginning.workspace)
        let statements =
            AccountStore.insert(beginning.account, token: beginning.token, by: account.uuid) + [
                GrantStore.upsert(Grant(.instanceAdmin, on: .instance), to: account, by: account),
                GrantStore.upsert(Grant(.owner, on: .workspace(workspace)), to: account, by: account),
                APIKeyStore.insert(
                    beginning.key, digest: beginning.digest, pepperVersion: beginning.pepperVersion, for: account),
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
            guard isEmpty == true else { return false }
            for statement in statements { try await transaction.run(statement) }
            return true
        }
    }
}

import Foundation
import Model

/// The beginning of an instance: its administrator, who also owns the first workspace, a key for scripts, and a link
/// for the first password. There is no default account and no default password.
struct Bootstrap: Sendable {
    let store: BootstrapStore
    let keys: APIKeys

    struct Outcome: Sendable {
        let account: ID<Account>
        let key: String
        let token: OpaqueToken
    }

    /// Throws `.conflict` (`already_bootstrapped`) when there is any account; then nothing has changed. Who was cut
    /// short before they had the answer may ask again with the same name and workspace.
    func begin(name: String, workspace: ID<Workspace>) async throws -> Outcome {
        let account = try AccountEntry.Draft(name: name, email: "")
        let expiry = Date().addingTimeInterval(Double(APIKey.daysMax) * 86_400)
        let key = try APIKey.Draft(name: "first key", limits: Access.Limits(), expiresAt: expiry)
        let token = OpaqueToken.fresh()
        let begun = try await store.insert(
            BootstrapStore.Beginning(
                account: account, workspace: workspace, token: token, key: key,
                seal: { owner in try keys.seal(key, of: owner, by: owner) }))
        guard let begun else {
            throw Failure(.conflict, "This instance has accounts already.", reason: "already_bootstrapped")
        }
        return Outcome(account: begun, key: key.handedOut(baseURL: keys.baseURL), token: token)
    }
}

import Foundation
import Model
import Sealing

/// Under which names tries are counted: HMACs, for what is typed as a name may be a password.
///
/// A try counts under the name as it was typed and, without a word about it, under the account that it is for: its
/// name and its address are counted together. The first says how long to wait, alike for names that nobody has; while
/// only the second is waiting the answer is that of a wrong password. So nobody learns that two names are one
/// person's. A name that nobody has gets a second row, too, so that it takes as long.
struct TryNames: Sendable {
    let key: Secret

    struct Pair: Sendable {
        let typed: [UInt8]
        let account: [UInt8]
    }

    func pair(typed: String, for account: ID<Account>?) -> Pair {
        Pair(typed: code("name", typed), account: account.map { self.account($0) } ?? code("nobody", typed))
    }

    /// All that tries of an account are counted under, in the order in which a try takes them.
    func all(of account: ID<Account>, nameKey: String, emailKey: String) -> [[UInt8]] {
        let typed = emailKey.isEmpty ? [nameKey] : [nameKey, emailKey]
        return typed.map { code("name", $0) } + [self.account(account)]
    }

    /// A name is one here and another in each directory.
    func name(_ typed: String, in directory: ID<Provider>) -> [UInt8] {
        code("directory \(directory.text)", typed)
    }

    func pair(typed: String, in directory: ID<Provider>) -> Pair {
        Pair(typed: name(typed, in: directory), account: code("nobody \(directory.text)", typed))
    }

    private func account(_ id: ID<Account>) -> [UInt8] {
        code("account", id.text)
    }

    private func code(_ what: String, _ text: String) -> [UInt8] {
        HMACSHA256.code(for: Array("\(what)\n\(text)".utf8), key: key)
    }
}

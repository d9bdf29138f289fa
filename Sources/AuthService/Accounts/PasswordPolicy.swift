import Foundation
import Model

/// What a password must be: long enough, and not the first that somebody would try (SP 800-63B-4 §3.1.1.2).
/// There are no rules about the kinds of its characters, and it never expires.
struct PasswordPolicy: Sendable {
    /// Throws `.invalid` with a reason that begins with `password_`. `context` are words that belong to the account
    /// or the instance: what is left without them must be enough.
    func check(_ password: String, context: [String]) throws(Failure) {
        let count = password.precomposedStringWithCanonicalMapping.count
        let (least, most) = (PasswordLength.charactersMin, PasswordLength.charactersMax)
        guard count >= least else {
            throw Failure(
                .invalid, "The password has \(count) characters and needs at least \(least). A few unrelated words do.",
                reason: "password_too_short")
        }
        guard count <= most, password.utf8.count <= 4 * most else {
            throw Failure(.invalid, "The password has more than \(most) characters.", reason: "password_too_long")
        }
        guard !isCommon(password.lowercased()) else {
            throw Failure(.invalid, "That is a password which many people use.", reason: "password_common")
        }
        guard !leansOn(context, password.lowercased()) else {
            throw Failure(
                .invalid, "The password is made of the account's or the instance's name.", reason: "password_guessable")
        }
    }

    private func isCommon(_ password: String) -> Bool {
        let core = String(password.trimmingSuffix { !$0.isLetter })
        return CommonPasswords.list.contains(password) || CommonPasswords.list.contains(core)
            || Set(password).count < 3 || Self.isRow(password)
    }

    /// `abcdefgh`, `87654321`, `qwertyuiop`.
    private static func isRow(_ password: String) -> Bool {
        let rows = ["abcdefghijklmnopqrstuvwxyz", "01234567890123456789", "qwertyuiopasdfghjklzxcvbnm"]
        return rows.contains { $0.contains(password) || String($0.reversed()).contains(password) }
    }

    private func leansOn(_ context: [String], _ password: String) -> Bool {
        let words = context.map { $0.lowercased() }.filter { $0.count >= 3 }
        let rest = words.reduce(password) { $0.replacingOccurrences(of: $1, with: "") }
        return rest.count < password.count && rest.count < PasswordLength.charactersMin
    }
}

extension String {
    fileprivate func trimmingSuffix(while drops: (Character) -> Bool) -> Substring {
        var rest = self[...]
        while let last = rest.last, drops(last) { rest.removeLast() }
        return rest
    }
}

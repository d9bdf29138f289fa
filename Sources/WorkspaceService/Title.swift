import Foundation
import Model

/// The name of a workspace or a project: shown as it was written, compared without regard to case.
struct Title: Equatable, Sendable {
    let text: String
    /// What two names that are the same have in common. Folded here, not by PostgreSQL, whose
    /// `lower()` depends on the locale of the cluster.
    let key: String

    /// `checked` only by the initializers of the kinds of name.
    private init(checked text: String) {
        self.text = text
        self.key = Title.key(of: text)
    }

    static func key(of text: String) -> String {
        text.precomposedStringWithCanonicalMapping.lowercased().precomposedStringWithCanonicalMapping
    }

    /// Stands first in addresses, so that words which the gateway uses there are refused.
    static func workspace(_ text: String) throws(Failure) -> Title {
        try Name.check(text, "workspace name")
        let title = Title(checked: text)
        guard !reserved.contains(title.key), !title.key.hasPrefix("."), !title.key.hasPrefix("_") else {
            throw Failure(.invalid, "\"\(text)\" is reserved; choose another workspace name.", reason: "name_reserved")
        }
        return title
    }

    /// Reasons: `project_name_empty`, `project_name_too_long`, `name_invalid`.
    static func project(_ text: String) throws(Failure) -> Title {
        guard text.contains(where: { !$0.isWhitespace }) else {
            throw Failure(.invalid, "The project name is empty.", reason: "project_name_empty")
        }
        guard text.count <= nameCharactersMax else {
            throw Failure(
                .invalid, "The project name is longer than \(nameCharactersMax) characters.",
                reason: "project_name_too_long")
        }
        try Name.check(text, "project name")
        return Title(checked: text)
    }

    static let nameCharactersMax = 100

    /// First words of our addresses, now and likely later.
    static let reserved: Set<String> = [
        "about", "account", "accounts", "admin", "api", "app", "artifacts", "assets", "audit", "auth", "blob", "blobs",
        "clientlib", "content", "device", "docs", "download", "events", "experiment", "experiments", "favicon.ico",
        "files",
        "healthz", "help", "invite", "join", "keys", "livez", "login", "logout", "me", "metrics", "models",
        "monitoring",
        "mpm", "new", "notifications", "oauth", "oidc", "optimizer", "profile", "projects", "public", "readyz",
        "reauthenticate", "registry", "reset", "robots.txt", "scim", "search", "sessions", "settings", "setup",
        "share", "signin", "signout", "signup", "sso", "static", "status", "user", "users", "v1", "v2", "webhooks",
        "well-known",
        "workspace", "workspaces",
    ]
}

import Model

extension Failure {
    /// The field of a form that it is about, among those that the form has; `nil` when it is about none of them, and
    /// stands above all.
    func field(among present: [String]) -> String? {
        Self.fieldsOfReasons[reason]?.first(where: present.contains)
    }

    /// Reasons as the services give them, and what a form calls what they mean.
    private static let fieldsOfReasons: [String: [String]] = [
        "name_empty": ["name"], "name_too_long": ["name"], "name_invalid": ["name"], "role_exists": ["name"],
        "account_exists": ["name"], "action_unknown": ["actions"], "actions_missing": ["actions"],
        "account_unknown": ["who"], "workspace_unknown": ["workspace"], "entry_open": ["workspace"],
        "hours_invalid": ["hours"], "own_account": ["who"], "reason_invalid": ["reason"],
        "issuer_invalid": ["issuer"], "audience_missing": ["audience"], "rules_missing": ["claims"],
        "rules_invalid": ["claims"], "expiry_invalid": ["minutes"],
        "role_unknown": ["role"], "role_for_people": ["role"], "role_above_own": ["role", "who"],
    ]
}

import Foundation
import Model

extension Letter {
    /// To each owner of a workspace that an administrator of the instance has entered.
    static func entry(_ mail: QueuedMail.Claim, baseURL: String) -> Letter {
        func field(_ name: String) -> String { shown(mail.fields[name] ?? "") }
        let hours = field("hours") == "1" ? "one hour" : "\(field("hours")) hours"
        let facts = [
            ("When", time(mail.fields["time_us"])), ("Workspace", field("workspace")), ("Who", field("by")),
            ("As", field("role")), ("For", "at most \(hours)"),
        ]
        // A reason is the one text that may be longer than a line.
        let reason = (mail.fields["reason"] ?? "").plain(Entry.reasonMax).replacingOccurrences(of: "://", with: ":/ /")
        return Letter(
            "An administrator has entered your workspace", to: mail.account,
            [
                "An administrator of this server has entered a workspace that you own.",
                facts.map { "\($0): \($1)" }.joined(separator: "\n") + "\nWhy: \(reason)",
                "Its members page shows who is inside, and its audit log what they do. If you did not expect this, "
                    + "ask them.",
            ], from: baseURL)
    }
}

import Foundation

/// How to reach a database, in one of libpq's two notations: `postgresql://…` or `host=… dbname=…`.
public struct Conninfo: Sendable, Equatable, CustomStringConvertible {
    /// As libpq takes it. May hold a password.
    public let text: String

    public init(_ text: String) {
        self.text = text
    }

    public init(host: String, database: String, user: String, passfile: String, application: String) {
        self.init(
            [
                ("host", host), ("dbname", database), ("user", user), ("passfile", passfile),
                ("application_name", application), ("connect_timeout", "5"),
            ]
            .map { "\($0)=\(Conninfo.quoted($1))" }.joined(separator: " "))
    }

    /// The same database as another user, whose password stands in a file.
    public func with(user: String, passfile: String, application: String) -> Conninfo {
        guard isURL, var url = URLComponents(string: text) else {
            // In a conninfo string the last mention of a keyword counts.
            let added = "user=\(user) passfile=\(Conninfo.quoted(passfile)) application_name=\(application)"
            return Conninfo("\(withoutPassword) \(added)")
        }
        url.user = user
        url.password = nil
        var items = (url.queryItems ?? []).filter { !["passfile", "password", "application_name"].contains($0.name) }
        items.append(URLQueryItem(name: "passfile", value: passfile))
        items.append(URLQueryItem(name: "application_name", value: application))
        url.queryItems = items
        return Conninfo(url.string ?? text)
    }

    public var withoutPassword: String {
        guard isURL, var url = URLComponents(string: text) else { return withoutPasswordKeyword }
        url.password = nil
        if let items = url.queryItems {
            let kept = items.filter { $0.name != "password" }
            url.queryItems = kept.isEmpty ? nil : kept
        }
        return url.string ?? ""
    }

    private var isURL: Bool { text.hasPrefix("postgresql://") || text.hasPrefix("postgres://") }

    private var withoutPasswordKeyword: String {
        // password=word or password='quoted \' words', with spaces around the sign as libpq allows them.
        let pattern = #"(^|\s)password\s*=\s*('(\\.|[^'\\])*'|(\\.|[^\s\\])*)"#
        return text.replacingOccurrences(of: pattern, with: " ", options: .regularExpression)
            .trimmingCharacters(in: .whitespaces)
    }

    static func quoted(_ value: String) -> String {
        "'" + value.replacing("\\", with: "\\\\").replacing("'", with: "\\'") + "'"
    }

    /// Never shows a password.
    public var description: String { withoutPassword }
}

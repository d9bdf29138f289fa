import Foundation
public import Logging
public import Model

/// What a process of Halley is told from outside. Made once in main from the environment and the flags;
/// nothing further in reads either.
public struct Settings: Sendable {
    public let home: Home
    /// Where the gateway listens.
    public let listen: Endpoint
    /// The origin without cookies, from which people's own HTML is shown.
    public let contentListen: Endpoint
    /// An external PostgreSQL: a URL or a conninfo string. `nil`: the private cluster in the data folder.
    public let databaseURL: String?
    /// The address people use, if it is not the one listened on (behind a proxy). No slash at the end.
    public let publicURL: String
    /// How people reach `contentListen` behind a proxy. No slash at the end; `nil`: the port says it all.
    public let contentURL: String?
    /// Where Halley itself may ask beyond public addresses, as `Egress` reads it; empty: nowhere.
    public let egressAllow: String
    /// Between two looks at who is still in a directory.
    public let directoryEvery: Duration
    /// `nil`: no mail is sent.
    public let mail: MailSetting?
    /// Addresses of proxies in front of the gateway, whose word on the client's address is taken.
    public let trustedProxies: Set<String>
    /// Requests of one key, of one account, and of nobody in particular from one address; `nil`: without limit.
    public let keyRate: RateSetting?
    public let accountRate: RateSetting?
    public let addressRate: RateSetting?
    public let logLevel: Logger.Level
    public let logStyle: LogStyle
    /// The folder of migrations, if it is not found beside the executable.
    public let migrations: String?

    public enum LogStyle: String, Sendable, CaseIterable { case plain, json }

    /// Throws `.invalid`, naming the variable that is wrong.
    public init(environment: [String: String]) throws(Failure) {
        func value(_ name: String) -> String? {
            guard let value = environment[name], !value.isEmpty else { return nil }
            return value
        }
        home = try Home(value("HALLEY_HOME") ?? Home.standard(environment: environment))
        listen = try Endpoint(value("HALLEY_LISTEN") ?? "127.0.0.1:8080", setting: "HALLEY_LISTEN")
        if let content = value("HALLEY_CONTENT_LISTEN") {
            contentListen = try Endpoint(content, setting: "HALLEY_CONTENT_LISTEN")
        } else {
            contentListen = listen.next
        }
        databaseURL = value("HALLEY_DATABASE_URL")
        publicURL = try Settings.checkedURL(value("HALLEY_PUBLIC_URL") ?? listen.url, "HALLEY_PUBLIC_URL")
        if let url = value("HALLEY_CONTENT_URL") {
            contentURL = try Settings.checkedURL(url, "HALLEY_CONTENT_URL")
        } else {
            contentURL = nil
        }
        egressAllow = value("HALLEY_EGRESS_ALLOW") ?? ""
        directoryEvery = try Settings.seconds(value("HALLEY_DIRECTORY_EVERY") ?? "240", "HALLEY_DIRECTORY_EVERY")
        mail = try MailSetting.read(value)
        trustedProxies = try Settings.addresses(value("HALLEY_TRUSTED_PROXIES") ?? "", "HALLEY_TRUSTED_PROXIES")
        keyRate = try RateSetting.parsed(value("HALLEY_RATE_KEY") ?? "20000:40000", setting: "HALLEY_RATE_KEY")
        accountRate = try RateSetting.parsed(
            value("HALLEY_RATE_ACCOUNT") ?? "40000:80000", setting: "HALLEY_RATE_ACCOUNT")
        addressRate = try RateSetting.parsed(value("HALLEY_RATE_ADDRESS") ?? "20:200", setting: "HALLEY_RATE_ADDRESS")
        logLevel = try Settings.level(value("HALLEY_LOG") ?? "info")
        logStyle = try Settings.style(value("HALLEY_LOG_FORMAT") ?? "plain")
        migrations = value("HALLEY_MIGRATIONS")
    }

    private static func level(_ text: String) throws(Failure) -> Logger.Level {
        guard let level = Logger.Level(rawValue: text.lowercased()) else {
            let names = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw Failure(.invalid, "HALLEY_LOG is \"\(text)\", but should be one of: \(names).")
        }
        return level
    }

    private static func style(_ text: String) throws(Failure) -> LogStyle {
        guard let style = LogStyle(rawValue: text.lowercased()) else {
            throw Failure(.invalid, "HALLEY_LOG_FORMAT is \"\(text)\", but should be plain or json.")
        }
        return style
    }

    private static func seconds(_ text: String, _ name: String) throws(Failure) -> Duration {
        guard let seconds = Int(text), (1...86_400).contains(seconds) else {
            throw Failure(.invalid, "\(name) is \"\(text)\", but should be seconds, from 1 to 86400.")
        }
        return .seconds(seconds)
    }

    private static func checkedURL(_ text: String, _ name: String) throws(Failure) -> String {
        guard let url = URLComponents(string: text), ["http", "https"].contains(url.scheme), url.host != nil,
            url.query == nil, url.fragment == nil
        else {
            throw Failure(.invalid, "\(name) is \"\(text)\", but should look like https://halley.example.org.")
        }
        return text.hasSuffix("/") ? String(text.dropLast()) : text
    }

    /// With commas between, each as the kernel writes it.
    private static func addresses(_ text: String, _ name: String) throws(Failure) -> Set<String> {
        var found: Set<String> = []
        for part in text.split(separator: ",") {
            let address = part.trimmingCharacters(in: .whitespaces)
            guard let plain = IPAddress.canonical(address) else {
                throw Failure(
                    .invalid, "\(name) holds \"\(address)\", but should hold addresses such as 127.0.0.1 or ::1.")
            }
            found.insert(plain)
        }
        return found
    }

    /// Whether people reach the gateway by another address than the one it listens on.
    public var isBehindProxy: Bool { publicURL != listen.url }

    /// Whether the gateway takes connections.
    public var isGatewayListening: Bool { Probe.isListening(at: .tcp(listen)) }

    /// What a child process is given: the same settings, without secrets. Each service has its own password in
    /// a file of the data folder.
    public var childEnvironment: [String: String] {
        var result = [
            "HALLEY_HOME": home.path,
            "HALLEY_LISTEN": listen.description,
            "HALLEY_CONTENT_LISTEN": contentListen.description,
            "HALLEY_PUBLIC_URL": publicURL,
            "HALLEY_TRUSTED_PROXIES": trustedProxies.sorted().joined(separator: ","),
            "HALLEY_RATE_KEY": keyRate?.description ?? "off",
            "HALLEY_RATE_ACCOUNT": accountRate?.description ?? "off",
            "HALLEY_RATE_ADDRESS": addressRate?.description ?? "off",
            "HALLEY_DIRECTORY_EVERY": String(directoryEvery.components.seconds),
            "HALLEY_LOG": logLevel.rawValue,
            "HALLEY_LOG_FORMAT": logStyle.rawValue,
        ]
        if let databaseURL { result["HALLEY_DATABASE_URL"] = Conninfo(databaseURL).withoutPassword }
        if let contentURL { result["HALLEY_CONTENT_URL"] = contentURL }
        if !egressAllow.isEmpty { result["HALLEY_EGRESS_ALLOW"] = egressAllow }
        if let mail { result.merge(mail.environment) { _, new in new } }
        if let migrations { result["HALLEY_MIGRATIONS"] = migrations }
        return result
    }
}

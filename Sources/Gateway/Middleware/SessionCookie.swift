import Foundation
import Hummingbird

/// The cookie of a session. Behind TLS its name binds it to this very host (RFC 6265bis `__Host-`).
enum SessionCookie {
    struct Names: Sendable {
        let plain: String
        let secure: String
    }

    private static let names = Names(plain: "halley_s", secure: "__Host-s")

    static func token(of request: Request, config: GatewayConfig) -> String? {
        value(of: request, names, config: config)
    }

    static func made(_ token: String, until: Date, config: GatewayConfig) -> String {
        make(token, names, seconds: max(0, Int(until.timeIntervalSinceNow)), config: config)
    }

    static func cleared(config: GatewayConfig) -> String {
        make("", names, seconds: 0, config: config)
    }

    /// Behind TLS the plain name is nobody's: a neighbour of this host's domain could have set it.
    static func value(of request: Request, _ names: Names, config: GatewayConfig) -> String? {
        let value = request.cookies[config.isTLS ? names.secure : names.plain]?.value
        return value?.isEmpty == false ? value : nil
    }

    static func make(_ value: String, _ names: Names, seconds: Int, config: GatewayConfig) -> String {
        let (name, ending) = config.isTLS ? (names.secure, "; Secure") : (names.plain, "")
        return "\(name)=\(value); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Lax" + ending
    }
}

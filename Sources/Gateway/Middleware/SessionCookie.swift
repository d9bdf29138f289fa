import Foundation
import Hummingbird

/// The one cookie. Behind TLS its name binds it to this very host (RFC 6265bis `__Host-`).
enum SessionCookie {
    static let plainName = "halley_s"
    static let secureName = "__Host-s"

    static func token(of request: Request) -> String? {
        let token = request.cookies[secureName]?.value ?? request.cookies[plainName]?.value
        return token?.isEmpty == false ? token : nil
    }

    static func made(_ token: String, until: Date, config: GatewayConfig) -> String {
        make(token, seconds: max(0, Int(until.timeIntervalSinceNow)), config: config)
    }

    static func cleared(config: GatewayConfig) -> String {
        make("", seconds: 0, config: config)
    }

    private static func make(_ token: String, seconds: Int, config: GatewayConfig) -> String {
        let isTLS = config.baseURL.hasPrefix("https://")
        let name = isTLS ? secureName : plainName
        return "\(name)=\(token); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Lax" + (isTLS ? "; Secure" : "")
    }
}

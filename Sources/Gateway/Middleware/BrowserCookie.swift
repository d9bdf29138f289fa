import Foundation
import HTTPTypes
import Hummingbird

/// The cookie by which a browser is known to those who have signed in there. It opens nothing: their tries are counted
/// apart from those of strangers.
enum BrowserCookie {
    private static let names = SessionCookie.Names(plain: "halley_b", secure: "__Host-b")
    private static let days = 365

    /// Empty where there is none, and of a request with an API key, which no browser sends.
    static func token(of request: Request, config: GatewayConfig) -> String {
        guard request.headers[.authorization] == nil, request.headers[.xAPIKey] == nil else { return "" }
        return SessionCookie.value(of: request, names, config: config) ?? ""
    }

    static func made(_ token: String, config: GatewayConfig) -> String {
        SessionCookie.make(token, names, seconds: days * 86_400, config: config)
    }
}

import Hummingbird

/// The cookie that ties a sign-in through a provider to the browser that began it. It comes back from another site, so
/// it is `Lax`; one at a time: who begins anew gives the one before up.
enum SignInCookie {
    private static let names = SessionCookie.Names(plain: "halley_sso", secure: "__Host-sso")

    static func token(of request: Request, config: GatewayConfig) -> String? {
        SessionCookie.value(of: request, names, config: config)
    }

    static func made(_ token: String, config: GatewayConfig) -> String {
        SessionCookie.make(token, names, seconds: 600, config: config)
    }

    static func cleared(config: GatewayConfig) -> String {
        SessionCookie.make("", names, seconds: 0, config: config)
    }
}

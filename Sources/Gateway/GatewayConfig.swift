/// Where the gateway listens and how much it takes from one caller.
public struct GatewayConfig: Sendable {
    public struct Listen: Sendable, Equatable {
        public var host: String
        public var port: Int

        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }
    }

    /// Pages, the native API and the dialects.
    public var listen: Listen
    /// The origin without cookies, from which people's own HTML and SVG are shown; `nil`: they are only downloaded.
    public var contentListen: Listen?
    /// How people reach `listen`, such as `https://halley.example`; empty: as each request's `Host` says.
    public var baseURL: String
    /// People reach it behind TLS.
    var isTLS: Bool { baseURL.hasPrefix("https://") }
    /// How people reach `contentListen`; empty: the request's host with that port.
    public var contentBaseURL: String
    /// Seals addresses of that origin; `nil`: nothing is shown there.
    public var contentSeal: ContentSeal?
    /// Addresses of proxies whose `X-Forwarded-For` and `X-Forwarded-Proto` are believed.
    public var trustedProxies: Set<String>
    public var limits = Limits()
    public var rates: RateLimits

    public init(
        listen: Listen = Listen(host: "127.0.0.1", port: 8080), contentListen: Listen? = nil,
        baseURL: String = "", contentBaseURL: String = "", contentSeal: ContentSeal? = nil,
        trustedProxies: Set<String> = [], rates: RateLimits = RateLimits()
    ) {
        self.listen = listen
        self.contentListen = contentListen
        self.baseURL = baseURL
        self.contentBaseURL = contentBaseURL
        self.contentSeal = contentSeal
        self.trustedProxies = trustedProxies
        self.rates = rates
    }

    public struct Limits: Sendable {
        public var connectionsMax = 4096
        /// Without a byte in either direction.
        public var idleSecondsMax: Int64 = 75
        public var headerBytesMax = 32 * 1024
        public var headerCountMax = 100
        /// JSON bodies, unpacked.
        public var documentBytesMax = 64 << 20
        /// Advertised to clients, who check it before they send: plain files, and images and videos.
        public var assetBytesMax: Int64 = 100 << 30
        public var mediaBytesMax: Int64 = 1 << 30

        public init() {}
    }
}

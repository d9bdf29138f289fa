/// Where this instance may go: to public addresses at the usual ports and, beyond that, where its operator says.
public struct EgressRules: Sendable, Equatable {
    static let ports: Set<Int> = [80, 443, 8080, 8443]

    private var places: Set<String> = []
    private var networks: [Network] = []

    public init() {}

    /// Reads `HALLEY_EGRESS_ALLOW`: places with commas between. `host:port` opens that port of that host, whatever
    /// its addresses, and without TLS too; a range as `10.1.0.0/16` opens its addresses at the usual ports.
    /// Throws `.malformed` for the first that is neither.
    public init(_ text: String) throws(EgressError) {
        for entry in text.split(separator: ",").map(Self.trimmed) where !entry.isEmpty {
            if let network = Network(entry) {
                networks.append(network)
            } else {
                let url = try EgressURL("http://" + entry)
                guard url.text == "http://\(entry.lowercased())/" else { throw .malformed }
                places.insert(Self.place(url))
            }
        }
    }

    /// Throws `.plain` or `.forbidden` for what no address could make right.
    func check(_ url: EgressURL) throws(EgressError) {
        if places.contains(Self.place(url)) { return }
        guard Self.ports.contains(url.port) else { throw .forbidden }
        guard url.isTLS else { throw .plain }
    }

    func allow(_ address: IPAddress, for url: EgressURL) -> Bool {
        address.isPublic || networks.contains { $0.contains(address) } || places.contains(Self.place(url))
    }

    private static func trimmed(_ text: Substring) -> String {
        String(String(text.drop { $0 == " " }.reversed().drop { $0 == " " }).reversed())
    }

    private static func place(_ url: EgressURL) -> String { "\(url.host) \(url.port)" }
}

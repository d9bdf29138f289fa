import Foundation

/// The server that is measured, and the key that writes there.
public struct BenchTarget: Sendable {
    public let host: String
    public let port: Int
    public let key: String

    /// `url` is plain HTTP to an IPv4 address, or `localhost`: a measurement through TLS and names measures those.
    public init?(url: String, key: String) {
        guard let parts = URLComponents(string: url), parts.scheme == "http", let host = parts.host else { return nil }
        self.host = host == "localhost" ? "127.0.0.1" : host
        port = parts.port ?? 80
        self.key = key
    }

    /// The bytes of a POST with a JSON body.
    func post(_ path: String, json: String) -> [UInt8] {
        Array((head("POST", path, type: "application/json", length: json.utf8.count) + json).utf8)
    }

    func get(_ path: String) -> [UInt8] {
        Array("GET \(path) HTTP/1.1\r\nHost: \(host):\(port)\r\nAuthorization: \(key)\r\n\r\n".utf8)
    }

    func head(_ method: String, _ path: String, type: String, length: Int) -> String {
        """
        \(method) \(path) HTTP/1.1\r
        Host: \(host):\(port)\r
        Authorization: \(key)\r
        Content-Type: \(type)\r
        Content-Length: \(length)\r
        \r

        """
    }

    /// What a client sends to begin a run.
    func start(_ experiment: String, project: String) -> [UInt8] {
        post(
            "/clientlib/logger/add/run",
            json: """
                {"apiKey":"\(key)","experimentKey":"\(experiment)","projectName":"\(project)","teamName":null,\
                "offline":false,"libVersion":"3.58.8","getOrCreateEnabled":false}
                """)
    }

    /// A key as clients make them.
    static func experimentKey() -> String {
        UUID().uuidString.replacingOccurrences(of: "-", with: "").lowercased()
    }
}

import Egress
import Foundation
import Model

/// A server of Halley as a person on another machine has it: by its address alone.
struct RemoteServer {
    let base: String
    private let egress: Egress

    /// Throws `.invalid` for what is no address.
    init(_ text: String) throws(Failure) {
        let full = text.contains("://") ? text : "https://" + text
        let trimmed = String(full.reversed().drop { $0 == "/" }.reversed())
        guard let url = try? EgressURL(trimmed), let rules = try? EgressRules(Self.place(url)) else {
            throw Failure(.invalid, "\"\(text)\" is no address of a server. It looks like https://halley.example.org.")
        }
        base = trimmed
        egress = Egress(rules: rules)
    }

    struct Answer {
        let status: Int
        let body: [UInt8]

        func decode<Value: Decodable>(_ type: Value.Type) -> Value? {
            try? JSONDecoder().decode(type, from: Data(body))
        }
    }

    func post(_ path: String, form: [(String, String)]) async throws(Failure) -> Answer {
        let body = form.map { "\(Self.escaped($0.0))=\(Self.escaped($0.1))" }.joined(separator: "&")
        return try await send(path, body: Array(body.utf8), ["Content-Type: application/x-www-form-urlencoded"])
    }

    func get(_ path: String, key: String) async throws(Failure) -> Answer {
        try await send(path, body: nil, ["Authorization: \(key)"])
    }

    private func send(_ path: String, body: [UInt8]?, _ headers: [String]) async throws(Failure) -> Answer {
        guard let url = try? EgressURL(base + path) else { throw Failure(.invalid, "\(base) is no address.") }
        do throws(EgressError) {
            let answer = try await egress.send(
                .init(url, body: body, headers: headers + ["Accept: application/json"], secondsMax: 20))
            return Answer(status: answer.status, body: answer.body)
        } catch {
            throw Failure(
                .unavailable, "\(base) cannot be reached (\(error)). Is the address right, and is the server running?")
        }
    }

    /// The one place that this program may ask, wherever it is.
    private static func place(_ url: EgressURL) -> String {
        url.host.contains(":") ? "[\(url.host)]:\(url.port)" : "\(url.host):\(url.port)"
    }

    private static func escaped(_ text: String) -> String {
        text.addingPercentEncoding(withAllowedCharacters: .alphanumerics.union(.init(charactersIn: "-._~"))) ?? ""
    }
}

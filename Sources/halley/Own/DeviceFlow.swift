import Foundation
import Model

/// Gets a key that somebody approves in a browser (RFC 8628).
struct DeviceFlow {
    private static let grant = "urn:ietf:params:oauth:grant-type:device_code"

    let server: RemoteServer
    /// Where people are told what to do; standard output may be for a program.
    let people: FileHandle

    struct Wish {
        var name: String
        var actions: [String] = []
        var places: [String] = []
        /// `nil`: as long as a key lives unless told.
        var seconds: Int64?
    }

    struct Issued: Decodable {
        let accessToken: String
        let expiresIn: Int64

        enum CodingKeys: String, CodingKey {
            case accessToken = "access_token"
            case expiresIn = "expires_in"
        }
    }

    private struct Begun: Decodable {
        let deviceCode: String
        let userCode: String
        let address: String
        let interval: Double
        let expiresIn: Double

        enum CodingKeys: String, CodingKey {
            case deviceCode = "device_code"
            case userCode = "user_code"
            case address = "verification_uri_complete"
            case interval
            case expiresIn = "expires_in"
        }
    }

    private struct Refusal: Decodable {
        let error: String
        let description: String?

        enum CodingKeys: String, CodingKey {
            case error
            case description = "error_description"
        }
    }

    /// Waits until somebody has decided. Throws `.forbidden` when they said no, and `.unavailable` when nobody did.
    func key(_ wish: Wish) async throws -> Issued {
        let begun = try await begin(wish)
        // At once: a pipe would hold it back until the end.
        let told = "Open \(begun.address)\nand approve it there if it shows the code \(begun.userCode). Waiting …\n"
        people.write(Data(told.utf8))
        var pause = begun.interval
        let end = ContinuousClock.now + .seconds(begun.expiresIn)
        while ContinuousClock.now < end {
            try await Task.sleep(for: .seconds(pause))
            guard let answer = try? await ask(begun) else { continue }
            if answer.status == 200, let issued = answer.decode(Issued.self) { return issued }
            switch answer.decode(Refusal.self)?.error {
            case "authorization_pending": break
            case "slow_down": pause += 5
            case "access_denied": throw Failure(.forbidden, "It was denied in the browser.")
            case "expired_token": throw Failure(.unavailable, "Nobody approved it in time. Try again.")
            case let other:
                throw Failure(.unavailable, "\(server.base) answered \(answer.status) (\(other ?? "no error named")).")
            }
        }
        throw Failure(.unavailable, "Nobody approved it in time. Try again.")
    }

    private func ask(_ begun: Begun) async throws -> RemoteServer.Answer {
        try await server.post("/oauth/token", form: [("grant_type", Self.grant), ("device_code", begun.deviceCode)])
    }

    private func begin(_ wish: Wish) async throws -> Begun {
        let places = wish.places.map {
            "at:" + ($0.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? $0)
        }
        var form = [
            ("client_id", "halley on \(ProcessInfo.processInfo.hostName)"), ("key_name", wish.name),
            ("scope", (wish.actions + places).joined(separator: " ")),
        ]
        if let seconds = wish.seconds { form.append(("key_seconds", String(seconds))) }
        let answer = try await server.post("/oauth/device_authorization", form: form)
        guard answer.status == 200, let begun = answer.decode(Begun.self) else {
            let reason = answer.decode(Refusal.self)?.description ?? "it does not look like a Halley server"
            throw Failure(.invalid, "\(server.base) gives no key: \(reason)")
        }
        return begun
    }
}

import Foundation
import Model
import Sealing

/// A program that asks for a key, and whoever sits before it approves in a browser (RFC 8628).
struct DeviceRequest: Sendable {
    static let lifeSeconds = 900
    /// What a program waits between two questions; who asks sooner is told `slow_down`.
    static let intervalSeconds = 5
    /// Open at once, from one address and altogether.
    static let countMaxOfAddress = 20
    static let countMax = 10_000

    let name: String
    let client: String
    let address: String
    let actions: Set<Action>
    /// By name, as the program knows them; whoever approves looks them up.
    let places: [String]
    /// `nil`: as long as a key lives unless told.
    let keySeconds: Int64?
    let createdAt: Date

    struct Draft: Sendable {
        let device = OpaqueToken.fresh()
        let user = UserCode.fresh()
        let name: String
        let client: String
        let address: String
        let actions: [String]
        let places: [String]
        let keySeconds: Int64

        /// Throws `.invalid` for what no key could be.
        init(
            name: String, client: String, address: String, actions: [String], places: [String], keySeconds: Int64
        ) throws(Failure) {
            try Name.check(name, "key's name")
            for action in actions where Action(rawValue: action) == nil {
                throw Failure(.invalid, "There is no action \(action).", reason: "invalid_scope")
            }
            guard places.count <= 100, places.allSatisfy({ !$0.isEmpty && $0.utf8.count <= 512 }) else {
                throw Failure(.invalid, "At most 100 places are asked for.", reason: "invalid_scope")
            }
            guard keySeconds == 0 || (60...Int64(APIKey.daysMax) * 86_400).contains(keySeconds) else {
                throw Failure(
                    .invalid, "A key lives for a minute at least and \(APIKey.daysMax) days at most.",
                    reason: "expiry_invalid")
            }
            (self.name, self.client, self.address) = (name, client.plain(100), address)
            (self.actions, self.places, self.keySeconds) = (Array(Set(actions)).sorted(), places, keySeconds)
        }
    }

    /// Where a request stands when its program asks.
    enum State: String, Sendable {
        case pending, slow, denied, expired, approved
    }
}

/// What somebody types or compares: eight letters that are not taken for others and spell nothing.
struct UserCode: Sendable, Equatable {
    private static let letters = Array("BCDFGHJKLMNPQRSTVWXZ")
    private static let count = 8

    /// In two halves with a hyphen between them.
    let text: String
    var digest: [UInt8] { SHA256.digest(of: "device\n\(text)".utf8) }

    static func fresh() -> UserCode {
        var generator = SystemRandomNumberGenerator()
        return UserCode(letters: (0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] })
    }

    /// As somebody has typed it: in whatever case, with or without what stands between.
    init?(typed: String) {
        let found = typed.uppercased().filter { Self.letters.contains($0) }
        let others = typed.filter { $0.isLetter || $0.isNumber }
        guard found.count == Self.count, others.count == Self.count else { return nil }
        self.init(letters: Array(found))
    }

    private init(letters: [Character]) {
        text = String(letters.prefix(Self.count / 2)) + "-" + String(letters.suffix(Self.count / 2))
    }
}

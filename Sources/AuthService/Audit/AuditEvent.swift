import Foundation
import Model

/// One thing that was done or refused, before it has its place in the chain.
struct AuditEvent: Sendable {
    enum Outcome: String, Sendable { case ok, refused }

    struct Actor: Sendable {
        let id: UUID
        let name: String
        /// The key or session; the nil UUID where none is known.
        let credential: UUID
        let origin: Access.Origin

        static let nobody = Actor(id: .none, name: "")
        /// Whoever runs the machine.
        static let operatorOfMachine = Actor(id: .none, name: "operator")

        init(id: UUID, name: String, credential: UUID = .none, origin: Access.Origin = .unknown) {
            self.id = id
            self.name = name
            self.credential = credential
            self.origin = origin
        }

        init(_ access: Access) {
            self.init(
                id: access.principal.uuid, name: access.name, credential: access.credential.uuid, origin: access.origin)
        }

        init(_ permit: Permit) {
            self.init(
                id: permit.principal.uuid, name: permit.name, credential: permit.credential.uuid, origin: permit.origin)
        }
    }

    let actor: Actor
    /// What was done, as `noun.verb`.
    let action: String
    /// `nil` for the chain of the instance.
    let workspace: ID<Workspace>?
    let object: String
    let outcome: Outcome
    let address: String
    /// A JSON object. Never a secret.
    let detail: String

    init(
        _ actor: Actor, _ action: String, in workspace: ID<Workspace>? = nil, on object: String,
        outcome: Outcome = .ok, address: String = "", detail: [String: String] = [:]
    ) {
        self.init(
            actor, action, in: workspace, on: object, outcome: outcome, address: address, json: Self.json(detail))
    }

    init(
        _ actor: Actor, _ action: String, in workspace: ID<Workspace>?, on object: String, outcome: Outcome,
        address: String, json: String
    ) {
        self.actor = Actor(
            id: actor.id, name: actor.name.plain(200), credential: actor.credential,
            origin: Access.Origin(address: "", request: actor.origin.request.plain(100)))
        self.action = action.plain(100)
        self.workspace = workspace
        self.object = object.plain(400)
        self.outcome = outcome
        self.address = (address.isEmpty ? actor.origin.address : address).plain(100)
        self.detail = json
    }

    private static func json(_ detail: [String: String]) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let plain = detail.mapValues { $0.plain(500) }
        return (try? encoder.encode(plain)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

extension String {
    /// One line of at most `lengthMax` code points: whoever reads a log must not be led astray by it, and
    /// PostgreSQL takes no NUL.
    func plain(_ lengthMax: Int) -> String {
        var line = String.UnicodeScalarView()
        line.append(
            contentsOf: unicodeScalars.prefix(lengthMax).map { $0.properties.generalCategory == .control ? " " : $0 })
        return String(line)
    }
}

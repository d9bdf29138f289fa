import Foundation
import Model

/// Whoever runs the machine, and so can read every file of it, need not be an account to look after the instance.
struct Operators: Sendable {
    /// One command of `halley admin`.
    static let life: TimeInterval = 60

    let audit: AuditStore
    let mint: AccessMint

    /// Sealed access of the instance's administrator, as if by a session that has just begun. Told before it is given.
    func access(purpose: String) async throws -> [UInt8] {
        let credential = ID<Credential>.fresh()
        let actor = AuditEvent.Actor(id: .none, name: "operator", credential: credential.uuid)
        try await audit.append(
            AuditEvent(actor, "operator.access", on: credential.text, detail: ["purpose": purpose]))
        let principal = Principal(
            id: ID(.none), kind: .person, name: "operator", grants: [Grant(.instanceAdmin, on: .instance)],
            denials: [])
        return try mint.seal(
            principal, credential: credential, bySession: true,
            assurance: Assurance(provedAt: Date(), hasSecondFactor: true), life: Self.life)
    }
}

extension Access {
    /// Made by `Operators`: no account has this id.
    var isOperator: Bool { principal.uuid == .none && bySession }
}

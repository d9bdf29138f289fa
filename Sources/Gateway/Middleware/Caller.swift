import AuthClient
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// Who makes a request, as auth has signed it. The gateway passes the signed bytes on and decides nothing by what it
/// reads in them: every service verifies and judges for itself.
struct Caller: Sendable {
    /// Sealed; goes along with every call.
    let access: [UInt8]
    let name: String
    let principal: ID<Account>
    /// By a key that keeps people and groups for a provider, and opens nothing else.
    let isProvisioner: Bool
    /// The key or session. Caches of what this caller may see are kept by it.
    let credential: ID<Credential>
    let bySession: Bool
    /// Sessions only: it was proven with a second factor.
    let hasSecondFactor: Bool
    /// Something is shut to them until they have one.
    let isFactorDue: Bool
    let expiresAt: Date
    /// Sessions only: what a form must bring along.
    let csrfToken: String

    typealias Credential = Model.Credential

    init(_ response: AuthenticateResponse) throws(Failure) {
        let sealed = try Self.decode(SealedAccess.self, response.access)
        let claims = try Self.decode(AccessClaims.self, sealed.claims)
        guard let principal = ID<Account>(bytes: claims.principalID),
            let credential = ID<Credential>(bytes: claims.credentialID)
        else { throw Self.unreadable }
        self.access = Array(response.access)
        self.name = claims.name
        self.principal = principal
        self.credential = credential
        self.isProvisioner = claims.kind == .provisioner
        self.bySession = claims.bySession
        self.hasSecondFactor = claims.secondFactor
        self.isFactorDue = claims.factorDue || !claims.factorDueIn.isEmpty
        self.expiresAt = Date(timeIntervalSince1970: Double(claims.expiresMs) / 1000)
        self.csrfToken = response.csrfToken
    }

    /// What goes along with a call that this caller's request makes.
    func call(_ context: EdgeContext, deadline: Duration = .seconds(30), once: String = "") -> CallContext {
        CallContext(
            access: access, deadline: deadline, trace: context.requestID, idempotencyKey: once, address: context.address
        )
    }

    /// For what a page offers. Whether it may be done is judged by the service that does it.
    func maySee(_ action: Action, on scope: Scope) -> Bool {
        guard let sealed = try? Self.decode(SealedAccess.self, Data(access)),
            let claims = try? Self.decode(AccessClaims.self, sealed.claims), let access = try? Access(claims: claims)
        else { return false }
        return access.allows(action, on: scope)
    }

    private static let unreadable = Failure(.bug, "Something went wrong here.", detail: "auth's access is unreadable")

    private static func decode<M: Message>(_ type: M.Type, _ bytes: Data) throws(Failure) -> M {
        do { return try M(serializedBytes: bytes) } catch { throw unreadable }
    }
}

import AuthClient
import Foundation
import Model
import Sealing

/// The device authorization grant (RFC 8628): a program without a browser gets a key that somebody approves in theirs.
struct Devices: Sendable {
    let store: DeviceStore
    let keys: APIKeys
    let throttle: Throttle

    /// Throws `.exhausted` when too many wait already.
    func begin(_ draft: DeviceRequest.Draft) async throws {
        guard try await store.insert(draft) else {
            throw Failure(
                .exhausted, "Too many programs are waiting to be approved. Try again in some minutes.",
                reason: "too_many_requests", retryAfter: .seconds(60))
        }
    }

    /// What is asked for under a code that somebody has typed. Codes are short, so that guesses are counted.
    func look(_ typed: String, as access: Access) async throws -> DeviceRequest {
        try await find(typed, as: access).1
    }

    func approve(_ typed: String, _ limits: Access.Limits, as access: Access) async throws {
        try access.requireRecentProof()
        let (code, request) = try await find(typed, as: access)
        // The gateway has looked the names up with the approver's rights. What limits there were cannot get lost.
        guard request.places.isEmpty == (limits.workspaces.isEmpty && limits.projects.isEmpty) else {
            throw Failure(.invalid, "The places are not those that were asked for.", reason: "limits_invalid")
        }
        try await decide(code, request, approved: true, limits, as: access)
    }

    func deny(_ typed: String, as access: Access) async throws {
        let (code, request) = try await find(typed, as: access)
        try await decide(code, request, approved: false, Access.Limits(), as: access)
    }

    /// The key, once. Throws `.conflict` with the reasons of RFC 8628 §3.5 until then and afterwards.
    func redeem(_ presented: String, address: String) async throws -> (key: APIKey, secret: String) {
        guard let device = OpaqueToken(presented: presented) else { throw Self.expired }
        switch try await store.poll(device) {
        case .pending:
            throw Failure(.conflict, "Nobody has decided yet.", reason: "authorization_pending")
        case .slow:
            throw Failure(
                .conflict, "Ask every \(DeviceRequest.intervalSeconds) seconds at most.", reason: "slow_down")
        case .denied: throw Failure(.conflict, "It was denied.", reason: "access_denied")
        case .expired: throw Self.expired
        case .approved: break
        }
        guard let (request, account, limits) = try await store.approved(device),
            let owner = try await keys.accounts.find(account)
        else { throw Self.expired }
        let expiry = request.keySeconds.map { Date().addingTimeInterval(Double($0)) }
        let draft = try APIKey.Draft(name: request.name, limits: limits, expiresAt: expiry)
        let event = AuditEvent(
            AuditEvent.Actor(id: account.uuid, name: owner.name), "key.create", on: draft.id.text, address: address,
            detail: [
                "name": draft.name, "key": draft.text.kind.tag + draft.text.id, "owner": account.text, "by": "device",
            ])
        guard try await store.spend(device, for: draft, keys.seal(draft, of: account, by: account), telling: event)
        else { throw Self.expired }
        return (draft.made, draft.handedOut(baseURL: keys.baseURL))
    }

    private func find(_ typed: String, as access: Access) async throws -> (UserCode, DeviceRequest) {
        try access.requireSession("Programs are approved in a browser session, not by a key.")
        try await throttle.take([Throttle.userCodes(typedBy: access.principal)])
        guard let code = UserCode(typed: typed), let request = try await store.find(code) else {
            throw Self.unknown
        }
        return (code, request)
    }

    private func decide(
        _ code: UserCode, _ request: DeviceRequest, approved: Bool, _ limits: Access.Limits, as access: Access
    ) async throws {
        let event = AuditEvent(
            AuditEvent.Actor(access), approved ? "device.approve" : "device.deny", on: access.principal.text,
            detail: ["name": request.name, "client": request.client, "from": request.address])
        guard try await store.decide(code, approved: approved, limits, by: access.principal, telling: event) else {
            throw Self.unknown
        }
    }

    private static let unknown = Failure(
        .notFound, "No program waits under this code. Codes are good for 15 minutes, and once.", reason: "code_unknown")
    private static let expired = Failure(
        .conflict, "This request is too old, was used already, or never was.", reason: "expired_token")
}

extension Throttle {
    /// Codes that one account has typed or confirmed.
    static func userCodes(typedBy account: ID<Account>) -> Bucket {
        Bucket(key: SHA256.digest(of: "user-code\n\(account.text)".utf8), burst: 60)
    }
}

import AuthClient
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct AccountHandler: Sendable {
    let accounts: Accounts

    func create(_ q: CreateAccountRequest, _ call: Call) async throws -> CreateAccountResponse {
        let access = try call.requireAccess()
        let (id, token, isMailed) = try await accounts.create(name: q.name, email: q.email, as: access)
        return CreateAccountResponse.with {
            $0.id = id.wire
            $0.setupToken = token.text
            $0.mailed = isMailed
        }
    }

    func find(_ q: FindAccountsRequest, _ call: Call) async throws -> FindAccountsResponse {
        let access = try call.requireAccess()
        var ids: [ID<Account>] = []
        for bytes in q.ids { ids.append(try ID(wire: bytes, "account")) }
        let found = try await accounts.find(ids: ids, name: q.name, email: q.email, as: access)
        return FindAccountsResponse.with { $0.accounts = found.map(AccountRecord.init) }
    }

    func setPassword(_ q: SetPasswordByTokenRequest, _ call: Call) async throws -> SetPasswordByTokenResponse {
        let session = Session.Draft(address: q.address, client: q.client, browser: q.browser)
        let (account, outcome) = try await accounts.setPassword(
            q.password, by: q.token, proof: q.mailProof, beginning: session)
        return SetPasswordByTokenResponse.with {
            $0.name = account.name
            switch outcome {
            case .session:
                ($0.sessionToken, $0.expiresMs) = (session.token.text, session.expiresAt.wire)
                $0.browser = session.browser.token.text
            case .pending(let pending):
                ($0.pendingToken, $0.pendingExpiresMs) = (pending.token.text, pending.expiresAt.wire)
            }
        }
    }
}

extension AccountRecord {
    init(_ account: AccountEntry) {
        self.init()
        kind = account.kind.claim
        workspaceID = account.home?.wire ?? Data()
        description_p = account.description
        members = UInt32(clamping: account.members)
        provider = account.provider ?? ""
        deactivatedMs = account.deactivatedAt.wire
        hasPassword_p = account.hasPassword
        instanceRole = account.instanceRole?.claim ?? .roleUnspecified
        id = account.id.wire
        name = account.name
        email = account.email
        createdMs = account.createdAt.wire
        lastSeenMs = account.lastSeenAt.wire
    }
}

import Foundation
import Model
import Postgres

@testable import AuthService

/// A mail as whoever it went to would read it.
struct ReadMail: Sendable {
    let claim: QueuedMail.Claim
    let link: String
    let letter: Letter?

    /// The token at the end of the link's path.
    var token: String {
        String(link.split(separator: "?").first?.split(separator: "/").last ?? "")
    }

    /// What shows that the link came by mail.
    var proof: String {
        link.contains("?mail=") ? String(link.split(separator: "=").last ?? "") : ""
    }
}

extension AuthHouse {
    /// What waits, claimed and read. It is not sent to anybody, and comes no second time.
    func mails(_ kind: String = "") async throws -> [ReadMail] {
        let mails = service.mails
        return try await mails.store.claim(1000, now: Date().addingTimeInterval(1)).map { claim in
            let link = try mails.vault.open(claim.sealedLink, of: claim.id)
            return ReadMail(claim: claim, link: link, letter: Letter(claim, link: link, baseURL: mails.baseURL))
        }.filter { kind.isEmpty || $0.claim.kind == kind }
    }

    /// As if nothing had ever been queued.
    func forgetMails() async throws {
        try await owner.run("DELETE FROM auth.outbox", for: .none)
    }

    /// Somebody whose address is confirmed; mail about that is out of the way.
    func confirmed(_ name: String, by admin: Admin) async throws -> Access {
        let access = try await person(name, by: admin)
        try await service.emails.change(to: "", as: access)
        let mail = try await mails("confirmation").first { $0.claim.account == name }
        _ = try await service.emails.confirm(mail?.token ?? "", from: "192.0.2.1")
        return access
    }
}

import AuthClient
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// The providers that the sign-in page offers. A page for everybody: its answer is kept for a moment.
struct SignInOffers: Sendable {
    struct Offer: Sendable {
        let label: String
        let href: String
    }

    private let auth: AuthClient
    private let known = Remembered<String, OfferedProvidersResponse>(for: .seconds(1))

    init(auth: AuthClient) {
        self.auth = auth
    }

    /// None while auth does not answer: the page itself then says so to who tries.
    func links(next: String) async -> [Offer] {
        await all().offers.map { offer in
            let path = "/login/with/" + (ID<ProviderRecord>(bytes: offer.id)?.text ?? "")
            return Offer(
                label: offer.label, href: Link.query(path, [("next", next == "/" ? "" : next)]))
        }
    }

    /// Whether who has forgotten their password can ask for a link.
    func resetsByMail() async -> Bool {
        await all().resetsByMail
    }

    private func all() async -> OfferedProvidersResponse {
        let found = try? await known.value("") { () async throws(Failure) in
            try await auth.offeredProviders(.init(), CallContext(deadline: .seconds(2)))
        }
        return found ?? .init()
    }
}

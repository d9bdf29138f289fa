import Foundation
import Model
import Sealing

/// Who may try to sign in. Strangers are counted by network, and by the name that they try from wherever; whoever
/// brings the token of a browser in which the account was signed in, or one of its sessions, by that alone.
struct Tries: Sendable {
    let store: TryStore
    let throttle: Throttle
    let browsers: KnownBrowserStore
    let names: TryNames
    let owed = OwedTries()

    /// A try of a name or address here. Throws `.exhausted` (`sign_in_throttled`).
    func take(_ key: String, of lock: AccountStore.Lock?, from address: String) async throws -> Try {
        let opening = lock?.hash == nil ? nil : lock?.account
        if let lock, let browser = lock.browser {
            let pardon = Try.Pardon(bucket: Throttle.browser(browser).key)
            return try await take(Throttle.browser(browser), reserving: opening, pardon: pardon)
        }
        let pair = names.pair(typed: key, for: lock?.account)
        let forgiven = lock.map { names.all(of: $0.account, nameKey: $0.nameKey, emailKey: $0.emailKey) } ?? []
        return try await take(pair, forgiving: forgiven, reserving: opening, from: address)
    }

    /// A try of a name in a directory, which counts failures in a row itself.
    func take(
        _ name: String, in directory: ID<Provider>, from address: String, by browser: KnownBrowser.Draft?
    ) async throws -> Try {
        let pair = names.pair(typed: name.accountKey, in: directory)
        if let known = try await browsers.find(browser?.presented, as: pair.typed) {
            let pardon = Try.Pardon(bucket: Throttle.browser(known).key, knownAs: pair.typed)
            return try await take(Throttle.browser(known), reserving: nil, pardon: pardon)
        }
        return try await take(
            pair, forgiving: [pair.typed, pair.account], reserving: nil, from: address, knownAs: pair.typed)
    }

    /// A try of whoever is signed in, and is asked for their password again.
    func take(_ account: ID<Account>, in session: ID<Credential>) async throws -> Try {
        let bucket = Throttle.proofs(in: session)
        return try await take(bucket, reserving: account, pardon: .init(bucket: bucket.key))
    }

    private func take(
        _ bucket: Throttle.Bucket, reserving account: ID<Account>?, pardon: Try.Pardon
    ) async throws -> Try {
        try await throttle.take([bucket])
        var reserved = account
        if let account, try await !store.reserve(account) { reserved = nil }
        return Try(names: [], bucket: bucket, reserved: reserved, pardon: pardon)
    }

    /// The network comes first: one that has none left does not make a name wait.
    private func take(
        _ pair: TryNames.Pair, forgiving forgiven: [[UInt8]], reserving account: ID<Account>?, from address: String,
        knownAs: [UInt8] = []
    ) async throws -> Try {
        let network = Throttle.signIns(from: address)
        try await throttle.take([network])
        let taken = try await store.take(pair, reserving: account)
        guard taken.isFree else {
            throw Throttle.refusal(seconds: try await store.wait(of: pair.typed) ?? Try.waitSecondsMin)
        }
        return Try(
            names: taken.isHeard ? [pair.typed, pair.account] : [pair.typed], bucket: network,
            reserved: taken.isReserved ? account : nil,
            pardon: .init(names: forgiven, bucket: network.key, knownAs: knownAs))
    }

    /// After `draft` has begun: makes good what was counted, and the browser known.
    func succeed(_ pardon: Try.Pardon, beginning draft: Session.Draft) async throws {
        try await store.settle(pardon, clearing: nil)
        try await browsers.remember(draft, as: pardon.knownAs)
    }

    /// For what was not judged, since who judges was not there, or was not waited for.
    func giveBack(_ attempt: Try) async {
        do {
            try await store.giveBack(attempt)
        } catch {
            owed.note(attempt)
        }
    }

    /// What could not be given back at once.
    func settleOwed() async throws {
        for attempt in owed.take() { await giveBack(attempt) }
    }
}

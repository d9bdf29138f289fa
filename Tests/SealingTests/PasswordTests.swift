import Dispatch
import Foundation
import Offload
import Testing

@testable import Sealing

@Suite struct PasswordTests {
    private static let cheap = PasswordHash.Cost(memoryKiB: 64, passes: 1, lanes: 1)

    @Test func `the right password matches, to its last byte`() async throws {
        let hasher = try PasswordHasher(cost: Self.cheap)
        let long = String(repeating: "p", count: 299)
        let hash = try await hasher.hash(long + "a")
        #expect(try await hasher.verify(long + "a", against: hash))
        #expect(try await !hasher.verify(long + "b", against: hash))
        #expect(try await !hasher.verify(long, against: hash))
        #expect(try await !hasher.verify("", against: hash))
    }

    @Test func `without a hash nothing matches`() async throws {
        let hasher = try PasswordHasher(cost: Self.cheap)
        #expect(try await !hasher.verify("anything", against: nil))
    }

    @Test func `one password has many hashes, of one form`() async throws {
        let hasher = try PasswordHasher(cost: .standard)
        let (one, two) = (try await hasher.hash("same"), try await hasher.hash("same"))
        #expect(one != two)
        #expect(one.phc.hasPrefix("$argon2id$v=19$m=47104,t=1,p=1$"))
        #expect(!one.needsRehash(for: .standard) && one.needsRehash(for: Self.cheap))
    }

    /// From the tests of the reference implementation (phc-winner-argon2, src/test.c, argon2id version 0x13).
    @Test func `another implementation's hash is understood`() async throws {
        let foreign = PasswordHash(
            phc: "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y7cJHAph8ArZWb2GRPPc")
        let hasher = try PasswordHasher(cost: Self.cheap)
        #expect(try await hasher.verify("password", against: foreign))
        #expect(try await !hasher.verify("Password", against: foreign))
        #expect(foreign.needsRehash(for: .standard))
    }

    @Test(arguments: [
        "", "$", "password", "$argon2id$v=19$m=64,t=1,p=1$", "$2b$12$abcdefghijklmnopqrstuv",
        "$argon2id$v=19$m=65536,t=2,p=1$c29tZXNhbHQ$",
        "$argon2id$v=19$m=0,t=0,p=0$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y",
        "$argon2id$v=19$m=64,t=1$c29tZXNhbHQ$CTFhFdXPJO1aFaMaO6Mm5c8y",
        "$argon2id$v=19$m=64,t=1,p=1$?$CTFhFdXPJO1aFaMaO",
    ])
    func `what is no hash matches nothing`(_ text: String) async throws {
        let hasher = try PasswordHasher(cost: Self.cheap)
        #expect(try await !hasher.verify("password", against: PasswordHash(phc: text)))
        #expect(PasswordHash(phc: text).needsRehash(for: Self.cheap))
    }

    @Test func `two ways to type an accent are one password`() async throws {
        let hasher = try PasswordHasher(cost: Self.cheap)
        let hash = try await hasher.hash("caf\u{e9} ouvert")
        #expect(try await hasher.verify("cafe\u{301} ouvert", against: hash))
    }

    @Test(.timeLimit(.minutes(1))) func `a crowd is turned away, not queued without end`() async throws {
        let hasher = try PasswordHasher(cost: Self.cheap)
        let room = PasswordHasher.atOnce + PasswordHasher.waitingMax
        // Nobody is done before everybody has come.
        let gate = DispatchSemaphore(value: 0)
        for _ in 0..<PasswordHasher.atOnce { hasher.threads.run { gate.wait() } }
        await withTaskGroup(of: SealingError?.self) { group in
            for _ in 0..<300 {
                group.addTask {
                    do throws(SealingError) {
                        _ = try await hasher.hash("a password")
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            for _ in room..<300 { #expect(await group.next() == .busy) }
            for _ in 0..<PasswordHasher.atOnce { gate.signal() }
            for await outcome in group { #expect(outcome == nil) }
        }
        _ = try await hasher.hash("and then it goes on")
    }

    @Test(.timeLimit(.minutes(1))) func `who gives up leaves the queue, and is not hashed for`() async throws {
        let hasher = try PasswordHasher(cost: Self.cheap)
        let gate = DispatchSemaphore(value: 0)
        for _ in 0..<PasswordHasher.atOnce { hasher.threads.run { gate.wait() } }
        let room = PasswordHasher.atOnce + PasswordHasher.waitingMax
        // Many more than there is room for, if those who went had kept their places.
        for _ in 0..<(2 * room) {
            let task = Task { () -> SealingError? in
                do throws(SealingError) {
                    _ = try await hasher.hash("a password")
                    return nil
                } catch {
                    return error
                }
            }
            task.cancel()
            #expect(await task.value == .cancelled)
        }
        for _ in 0..<PasswordHasher.atOnce { gate.signal() }
        _ = try await hasher.hash("and then it goes on")
    }
}

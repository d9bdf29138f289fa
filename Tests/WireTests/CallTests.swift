import Model
import Testing
import WireMessages

@testable import Wire

struct CallTests {
    @Test func `calls are answered, many at once`() async throws {
        try await TestServer.with { client, _ in
            try await withThrowingTaskGroup(of: Void.self) { group in
                for index in 0..<500 {
                    group.addTask {
                        let answer: RequestHead = try await client.call(Method.echo, head("\(index)"), CallContext())
                        #expect(answer.trace == "\(index)")
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `a message of megabytes comes through, one over the limit does not`() async throws {
        try await TestServer.with { client, _ in
            var big = RequestHead()
            big.access = .init(repeating: 5, count: 4_000_000)
            let answer: RequestHead = try await client.call(Method.echo, big, CallContext())
            #expect(answer == big)
            big.access = .init(repeating: 5, count: 5_000_000)
            await expect([.invalid]) { let _: RequestHead = try await client.call(Method.echo, big, CallContext()) }
        }
    }

    @Test func `failures arrive with code, words and pause, bugs without detail`() async throws {
        try await TestServer.with { client, _ in
            for code in Failure.Code.allCases {
                let sent = Failure(code, "words", reason: "word", retryAfter: .milliseconds(1500))
                await #expect {
                    let _: Empty = try await client.call(Method.fail, sent.body, CallContext())
                } throws: {
                    $0 as? Failure == sent
                }
            }
            await #expect {
                let _: Empty = try await client.call(Method.fail, FailureBody(), CallContext())
            } throws: {
                let failure = $0 as? Failure
                return failure?.code == .bug && failure?.message.contains("Cocoa") == false
            }
        }
    }

    @Test func `access is demanded and verified`() async throws {
        try await TestServer.with { client, _ in
            await expect([.unauthenticated]) {
                let _: RequestHead = try await client.call(Method.whoami, Empty(), CallContext())
            }
            await expect([.unauthenticated]) {
                let _: RequestHead = try await client.call(Method.whoami, Empty(), CallContext(access: [9]))
            }
            let context = CallContext(access: [1, 2, 3], trace: "t", idempotencyKey: "k")
            let answer: RequestHead = try await client.call(Method.whoami, Empty(), context)
            #expect(answer.trace == "gateway ada t k")
        }
    }

    @Test(arguments: [("gateway", false), ("operator", true)])
    func `operator methods are for the operator`(name: String, may: Bool) async throws {
        try await TestServer.with(as: name) { client, _ in
            let answer = await Result.catching { () throws -> Empty in
                try await client.call(Method.operators, Empty(), CallContext(access: [1, 2, 3]))
            }
            #expect(((try? answer.get()) != nil) == may)
        }
    }

    @Test func `unknown methods and callers out of reach are refused`() async throws {
        try await TestServer.with { client, _ in
            await expect([.invalid]) {
                let _: Empty = try await client.call(Method.unspecified, Empty(), CallContext())
            }
        }
        let peers = PeerPolicy(callers: ["gateway": .methods([UInt16(Method.slow.rawValue)])])
        try await TestServer.with(peers: peers) { client, _ in
            await expect([.forbidden]) {
                let _: RequestHead = try await client.call(Method.echo, RequestHead(), CallContext())
            }
        }
    }

    @Test func `a caller whose name is not known gets no connection`() async throws {
        try await TestServer.with(as: "stranger") { client, _ in
            await expect([.unavailable, .deadline]) {
                let _: RequestHead = try await client.call(
                    Method.echo, RequestHead(), CallContext(deadline: .milliseconds(300)))
            }
        }
    }

    @Test func `a deadline cancels the handler and answers`() async throws {
        let cancelled = Flag()
        try await TestServer.with(.tests(cancelled: cancelled)) { client, _ in
            // Without a connection there is nobody to answer `.deadline`.
            let _: RequestHead = try await client.call(Method.echo, head(), CallContext())
            await expect([.deadline]) {
                let _: RequestHead = try await client.call(
                    Method.slow, head(ms: 60_000), CallContext(deadline: .milliseconds(50)))
            }
            await cancelled.wait()
        }
    }

    @Test func `cancelling the caller cancels the handler`() async throws {
        let (started, cancelled) = (Flag(), Flag())
        try await TestServer.with(.tests(started: started, cancelled: cancelled)) { client, _ in
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    await expect([.unavailable]) {
                        let _: RequestHead = try await client.call(Method.slow, head(ms: 60_000), CallContext())
                    }
                }
                await started.wait()
                group.cancelAll()
            }
            await cancelled.wait()
        }
    }

    @Test func `one call too many on a connection is refused`() async throws {
        var limits = Limits()
        limits.callsInFlightMax = 2
        try await TestServer.with(limits: limits) { client, _ in
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        await expect([.exhausted, .unavailable]) {
                            let _: RequestHead = try await client.call(Method.slow, head(ms: 60_000), CallContext())
                        }
                    }
                }
                // Two connections take two calls each at most, and these end only when they are cancelled.
                for _ in 0..<16 { await group.next() }
                group.cancelAll()
            }
        }
    }
}

/// Records an issue unless `body` throws a failure of one of these codes.
func expect(
    _ codes: [Failure.Code], sourceLocation: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async {
    do {
        try await body()
        Issue.record("nothing was thrown", sourceLocation: sourceLocation)
    } catch let failure as Failure {
        #expect(codes.contains(failure.code), "\(failure)", sourceLocation: sourceLocation)
    } catch {
        Issue.record(error, sourceLocation: sourceLocation)
    }
}

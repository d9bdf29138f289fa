import Model
import Testing
import WireMessages

@testable import Wire

struct TLSTests {
    /// A server on a free port of this machine; `body` is told its address.
    private func serve(_ identity: TLSIdentity, _ body: @Sendable (Address) async throws -> Void) async throws {
        let (addresses, bound) = AsyncStream.makeStream(of: Address.self)
        let server = RPCServer(
            service: "test", listen: .tcp(host: "127.0.0.1", port: 0), methods: .tests(),
            peers: PeerPolicy(callers: ["gateway": .all, "operator": .all], tls: identity),
            verify: { _ throws(Failure) in TestServer.access }, logger: TestServer.logger,
            onListening: { bound.yield($0) })
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            let result = await Result.catching {
                for await address in addresses { return try await body(address) }
            }
            group.cancelAll()
            try await group.waitForAll()
            try result.get()
        }
    }

    private func client(
        _ address: Address, as name: String, of service: String = "test", _ identity: TLSIdentity?
    ) -> RPCClient {
        RPCClient(service: service, as: name, addresses: [address], tls: identity, logger: TestServer.logger)
    }

    /// That no call comes through, whatever the client says of it.
    private func expectNothing(_ client: RPCClient) async {
        await expect([.unavailable, .deadline]) {
            let _: RequestHead = try await client.call(
                Method.echo, head("a"), CallContext(deadline: .milliseconds(400)))
        }
        await client.close()
    }

    @Test(.timeLimit(.minutes(1)))
    func `over TCP a caller with a certificate of the house is served by its name`() async throws {
        try await Certificates.with { server, caller, _ in
            try await serve(server) { address in
                let client = client(address, as: "gateway", caller)
                let context = CallContext(access: [1, 2, 3], trace: "t", idempotencyKey: "k")
                let answer: RequestHead = try await client.call(Method.whoami, Empty(), context)
                #expect(answer.trace == "gateway ada t k")
                var big = RequestHead()
                big.access = .init(repeating: 5, count: 4_000_000)
                let echoed: RequestHead = try await client.call(Method.echo, big, CallContext())
                #expect(echoed == big)
                await client.close()
            }
        }
    }

    @Test(.timeLimit(.minutes(1)))
    func `over TCP nobody is believed without a certificate that names them`() async throws {
        try await Certificates.with { server, caller, impostor in
            try await serve(server) { address in
                await expectNothing(client(address, as: "gateway", impostor))
                await expectNothing(client(address, as: "gateway", nil))
                await expectNothing(client(address, as: "operator", caller))
                await expectNothing(client(address, as: "gateway", of: "tracking", caller))
            }
            try await serve(impostor) { address in
                await expectNothing(client(address, as: "gateway", caller))
            }
        }
    }

    @Test func `without certificates no server listens on TCP`() async throws {
        let server = RPCServer(
            service: "test", listen: .tcp(host: "127.0.0.1", port: 0), methods: .tests(),
            verify: { _ throws(Failure) in TestServer.access }, logger: TestServer.logger)
        await expect([.invalid]) { try await server.run() }
    }
}

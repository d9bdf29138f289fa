import Foundation
import Logging
import Model
import NIOCore
import ServiceLifecycle
import Synchronization
import Testing
import WireMessages

@testable import Wire

enum Method: Int, Sendable {
    case unspecified = 0
    case echo = 1
    case slow, fail, upload, download, whoami, operators
}

/// A server on a Unix socket of its own, for as long as `body` runs.
struct TestServer: Sendable {
    let path: String
    let logger = TestServer.logger

    static var logger: Logger {
        var logger = Logger(label: "wire-tests")
        logger.logLevel = .critical
        return logger
    }

    static func path() -> String { "/tmp/halley-wire-\(UUID().uuidString.prefix(8)).sock" }

    static func rpc(
        _ path: String, _ methods: Methods = .tests(), peers: PeerPolicy = .house, limits: Limits = Limits()
    ) -> RPCServer {
        RPCServer(
            service: "test", listen: .unix(path), methods: methods, peers: peers,
            verify: { bytes throws(Failure) in
                guard bytes == [1, 2, 3] else { throw Failure(.unauthenticated, "bad access") }
                return access
            }, limits: limits, logger: logger)
    }

    static let access = Access(
        kind: .person, principal: .fresh(), name: "ada", grants: [], credential: .fresh(), expiresAt: .distantFuture)

    static func client(_ path: String, as name: String = "gateway", limits: Limits = Limits()) -> RPCClient {
        RPCClient(service: "test", as: name, addresses: [.unix(path)], limits: limits, logger: logger)
    }

    static func with<T: Sendable>(
        _ methods: Methods = .tests(), as name: String = "gateway", peers: PeerPolicy = .house,
        limits: Limits = Limits(), clientLimits: Limits = Limits(), _ body: (RPCClient, String) async throws -> T
    ) async throws -> T {
        let path = path()
        return try await withThrowingTaskGroup(of: Void.self) { group in
            let server = rpc(path, methods, peers: peers, limits: limits)
            group.addTask { try await server.run() }
            let client = client(path, as: name, limits: clientLimits)
            defer { group.cancelAll() }
            let result = await Result.catching { try await body(client, path) }
            await client.close()
            unlink(path)
            return try result.get()
        }
    }
}

extension Result where Failure == any Error {
    static func catching(_ body: () async throws -> Success) async -> Self {
        do { return .success(try await body()) } catch { return .failure(error) }
    }
}

/// Set once, waited for by tests.
final class Flag: Sendable {
    private let inbox = Inbox<Int>()
    private let count = Mutex(0)

    var value: Int { count.withLock { $0 } }

    func raise() {
        count.withLock { $0 += 1 }
        inbox.push([1])
    }

    func wait() async { _ = await inbox.next() }

    /// One waiter at a time.
    func wait(for least: Int) async {
        while value < least { await wait() }
    }
}

extension Methods {
    /// `slow` waits until it is cancelled or for as many milliseconds as it is told.
    static func tests(started: Flag = Flag(), cancelled: Flag = Flag()) -> Methods {
        var methods = Methods()
        methods.unary(Method.echo, .anyone) { (q: RequestHead, _) in q }
        methods.unary(Method.slow, .anyone) { (q: RequestHead, _) in
            started.raise()
            do { try await Task.sleep(for: .milliseconds(Int64(q.deadlineMs))) } catch {
                cancelled.raise()
                throw error
            }
            return q
        }
        methods.unary(Method.fail, .anyone) { (q: FailureBody, _) -> Empty in
            if q.code == .unspecified { throw CocoaError(.fileNoSuchFile) }
            throw Failure(bytes: try MessageBytes.encode(q), from: "test")
        }
        methods.upload(Method.upload, .anyone) { (q: RequestHead, body, _) -> RequestHead in
            var (sum, count) = (UInt64(0), 0)
            for try await chunk in body {
                if q.deadlineMs > 0 && count >= Int(q.deadlineMs) { throw Failure(.exhausted, "enough") }
                count += chunk.count
                chunk.withUnsafeBytes { for byte in $0 { sum &+= UInt64(byte) } }
            }
            var answer = RequestHead()
            answer.trace = "\(count) \(sum)"
            return answer
        }
        methods.download(Method.download, .anyone) { (q: RequestHead, out: Outgoing<Empty>, _) in
            try out.begin(Empty())
            var left = Int(q.credit)
            let piece = Chunk([UInt8](repeating: 7, count: 100_000))
            do {
                while left > 0 {
                    let part = Chunk(
                        buffer: piece.buffer.getSlice(at: 0, length: min(left, piece.count)) ?? piece.buffer)
                    try await out.send(part)
                    left -= part.count
                }
            } catch {
                cancelled.raise()
                throw error
            }
            if q.deadlineMs > 0 { throw Failure(.conflict, "torn") }
        }
        methods.unary(Method.whoami, .access) { (_: Empty, call) in
            var answer = RequestHead()
            answer.trace = "\(call.peer) \(try call.requireAccess().name) \(call.trace) \(call.idempotencyKey)"
            return answer
        }
        methods.unary(Method.operators, .operatorOnly) { (q: Empty, _) in q }
        return methods
    }
}

/// A request that is its own answer.
func head(_ trace: String = "", ms: UInt32 = 0, credit: UInt32 = 0) -> RequestHead {
    var head = RequestHead()
    head.trace = trace
    head.deadlineMs = ms
    head.credit = credit
    return head
}

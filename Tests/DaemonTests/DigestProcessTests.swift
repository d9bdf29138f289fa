import Foundation
import Glibc
import Logging
import Testing

@testable import Daemon
@testable import Sealing

/// Passwords are digested by processes beside the one that asks.
@Suite struct DigestProcessTests {
    private static let program = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: ".build/debug/halley").path()
    private static let order = DigestOrder(
        Array("a password".utf8), salt: Array("sixteen bytes it".utf8),
        cost: PasswordHash.Cost(memoryKiB: 64, passes: 1, lanes: 1), length: 32)

    @Test func `the digest is the one that is computed in place`() throws {
        let process = try #require(DigestProcess(program: Self.program))
        for _ in 0..<3 {
            let answer = try #require(process.answer(to: Self.order))
            #expect(try answer.get() == Self.order.compute())
        }
    }

    @Test func `what libargon2 refuses is refused with its code`() throws {
        let process = try #require(DigestProcess(program: Self.program))
        let short = DigestOrder([1], salt: [], cost: Self.order.cost, length: 32)
        let answer = try #require(process.answer(to: short))
        #expect(answer == Result { () throws(SealingError) in try short.compute() })
    }

    @Test func `it stands back, in a session of its own`() throws {
        let process = try #require(DigestProcess(program: Self.program))
        _ = process.answer(to: Self.order)
        #expect(getsid(process.pid) == process.pid)
        let tasks = "/proc/\(process.pid)/task"
        let standing = try FileManager.default.contentsOfDirectory(atPath: tasks).map { task in
            let stat = try String(contentsOfFile: "\(tasks)/\(task)/stat", encoding: .utf8)
            let fields = stat.split(separator: ")").last.map { $0.split(separator: " ") } ?? []
            return (nice: fields[16], policy: fields[38])
        }
        #expect(standing.contains { $0.nice == "19" && $0.policy == "3" })
    }

    @Test func `who is killed is followed by another, and nobody is kept out`() throws {
        let process = try #require(DigestProcess(program: Self.program))
        kill(process.pid, SIGKILL)
        #expect(process.answer(to: Self.order) == nil)
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        for program in [Self.program, "/nowhere/halley"] {
            let digester = DigestProcesses(program: program, logger: logger).digester
            #expect(try digester.compute(Self.order) == Self.order.compute())
        }
    }

    @Test func `an order survives the way, and what is none is refused`() {
        #expect(DigestOrder(bytes: Self.order.bytes) == Self.order)
        #expect(DigestOrder(bytes: []) == nil)
        #expect(DigestOrder(bytes: Array(Self.order.bytes.prefix(24))) == nil)
        #expect(DigestOrder(bytes: [UInt8](repeating: 255, count: 64)) == nil)
    }

    @Test func `it rests when it had to share, and for twice as long as it took at most`() {
        #expect(DigestProcesses.rest(after: 0.05, of: 0.05) == 0)
        #expect(DigestProcesses.rest(after: 0.05, of: 0.06) == 0)
        #expect(abs(DigestProcesses.rest(after: 0.05, of: 0.045) - 0.04) < 1e-9)
        #expect(DigestProcesses.rest(after: 0.05, of: 0.01) == 0.1)
    }
}

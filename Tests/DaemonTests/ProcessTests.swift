import CoreMetrics
import Foundation
import Glibc
import TestKit
import Testing

@testable import Daemon

@Suite struct ProcessTests {
    private func shell(_ script: String) -> Daemon.Command {
        Daemon.Command(path: "/bin/sh", arguments: ["-c", script], environment: ["PATH": "/usr/bin:/bin"])
    }

    @Test func `a child ends with its status, or the signal that killed it`() async throws {
        #expect(await (try Child.start(shell("exit 7"))).end() == 7)
        let sleeper = try await Child.start(shell("exec sleep 60"))
        sleeper.signal(SIGKILL)
        #expect(await sleeper.end() == 128 + SIGKILL)
    }

    @Test func `a child that does not heed the signal is killed, and that is told`() async throws {
        try await ScratchDirectory.with { folder in
            let output = folder.appending(path: "out").path(percentEncoded: false)
            var command = shell("trap '' TERM; echo stubborn; while :; do sleep 1; done")
            command.outputPath = output
            let stubborn = try await Child.start(command)
            // Before that it would heed it.
            while (try? String(contentsOfFile: output, encoding: .utf8)) != "stubborn\n" { await Task.yield() }
            let stops = Stops()
            try stops.check()
            stubborn.stop(by: SIGTERM, grace: .milliseconds(100)) { stops.noteForce("stubborn") }
            #expect(await stubborn.end() == 128 + SIGKILL)
            #expect { try stops.check() } throws: { "\($0)".contains("stubborn") }
        }
    }

    @Test func `a program that is not there is a failure, not a child`() async {
        let command = Daemon.Command(path: "/nowhere/at/all", arguments: [], environment: [:])
        await #expect(throws: (any Error).self) { try await Child.start(command) }
    }

    @Test func `a child has no open files but those it was given`() async throws {
        try await ScratchDirectory.with { folder in
            let output = folder.appending(path: "out").path(percentEncoded: false)
            let held = open("/dev/null", O_RDONLY)
            defer { close(held) }
            var command = shell("ls /proc/self/fd; cat /proc/self/fd/200/hello")
            command.outputPath = output
            command.keptFolders = [folder.path(percentEncoded: false)]
            try Data("hi\n".utf8).write(to: folder.appending(path: "hello"))
            #expect(await (try Child.start(command)).end() == 0)
            let text = try String(contentsOfFile: output, encoding: .utf8)
            #expect(text == "0\n1\n2\n200\n3\nhi\n")  // 3 is what ls itself opens
        }
    }

    @Test func `pauses between restarts grow to two seconds and are forgotten after a healthy while`() {
        var pauses = RestartPauses()
        let quick = (0..<8).map { _ in pauses.next(afterRunning: .milliseconds(5)) }
        #expect(quick.first == .zero && quick[1] == .milliseconds(100) && quick.last == .seconds(2))
        #expect(pauses.next(afterRunning: .seconds(60)) == .zero)
    }
}

@Suite struct MetricsTests {
    @Test func `series are written as Prometheus reads them`() {
        let registry = MetricsRegistry()
        registry.makeCounter(label: "http.requests", dimensions: [("path", "/a\"b")]).increment(by: 3)
        registry.makeTimer(label: "call", dimensions: []).recordNanoseconds(3_000_000)
        let text = registry.text()
        #expect(text.contains("# TYPE http_requests counter\nhttp_requests{path=\"/a\\\"b\"} 3\n"))
        #expect(text.contains("call_seconds_bucket{le=\"0.0025\"} 0\ncall_seconds_bucket{le=\"0.005\"} 1\n"))
        #expect(text.contains("call_seconds_bucket{le=\"+Inf\"} 1\n"))
    }
}

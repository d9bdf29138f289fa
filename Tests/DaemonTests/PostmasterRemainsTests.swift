import Foundation
import Glibc
import Logging
import TestKit
import Testing

@testable import Daemon

/// What an earlier PostgreSQL has left on the data folder; here a process that only sleeps, under its name.
@Suite struct PostmasterRemainsTests {
    @Test(arguments: [true, false])
    func `a server is asked to shut down, what outlived its server is stopped soon`(_ isServer: Bool) async throws {
        try await ScratchDirectory.with { folder in
            let data = folder.path(percentEncoded: false)
            let program = folder.appending(path: "postgres").path(percentEncoded: false)
            try FileManager.default.copyItem(atPath: "/bin/sleep", toPath: program)
            let left = try await Child.start(
                Daemon.Command(
                    path: "/bin/sh", arguments: ["-c", "cd \"$0\" && exec ./postgres 600", data], environment: [:]))
            while (try? String(contentsOfFile: "/proc/\(left.pid)/comm", encoding: .utf8)) != "postgres\n" {
                await Task.yield()
            }
            let note = data + "/postmaster.pid"
            try "\(isServer ? left.pid : left.pid + 1)\n".write(toFile: note, atomically: true, encoding: .utf8)
            let began = ContinuousClock.now
            try await PostmasterRemains(data: data, run: data, logger: Logger(label: "test")).clear()
            #expect(ContinuousClock.now - began < .seconds(15))
            #expect(await left.end() == 128 + (isServer ? SIGINT : SIGQUIT))
            #expect(!FileManager.default.fileExists(atPath: note))
        }
    }
}

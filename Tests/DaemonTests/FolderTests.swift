import Foundation
import Glibc
import Model
import Sealing
import TestKit
import Testing

@testable import Daemon

@Suite struct FolderTests {
    private func mode(_ path: String) -> mode_t {
        var found = stat()
        return stat(path, &found) == 0 ? found.st_mode & 0o7777 : 0
    }

    @Test func `the data folder is its owner's alone`() async throws {
        try await ScratchDirectory.with { folder in
            let home = try Home(folder.appending(path: "deep/home").path(percentEncoded: false))
            try DataFolder(home).prepare()
            try DataFolder(home).prepare()
            for path in [home.path, home.secrets, home.blobs, home.run, home.logs] { #expect(mode(path) == 0o700) }
        }
    }

    @Test func `a second process on the folder is refused, and told by whom`() async throws {
        try await ScratchDirectory.with { folder in
            let path = folder.appending(path: "lock").path(percentEncoded: false)
            let held = try FolderLock(path)
            #expect(FolderLock.isHeld(path))
            let failure = #expect(throws: Failure.self) { try FolderLock(path) }
            #expect(failure?.code == .conflict && failure?.message.contains("\(getpid())") == true)
            withExtendedLifetime(held) {}
        }
    }

    @Test func `keys are made once, and refused when others may read them`() async throws {
        try await ScratchDirectory.with { folder in
            let home = try Home(folder.path(percentEncoded: false))
            try DataFolder(home).prepare()
            try SecretKeys.createMissing(in: home)
            let first = try SecretKeys.bytes("access.key", in: home)
            try SecretKeys.createMissing(in: home)
            #expect(try SecretKeys.bytes("access.key", in: home) == first)
            #expect(mode(home.secret("access.key")) == 0o600)
            chmod(home.secret("access.key"), 0o644)
            #expect(throws: Failure.self) { try SecretKeys.bytes("access.key", in: home) }
        }
    }

    @Test func `a ring has its keys by number, and is begun once`() async throws {
        try await ScratchDirectory.with { folder in
            let home = try Home(folder.path(percentEncoded: false))
            try DataFolder(home).prepare()
            #expect(throws: Failure.self) { try SecretKeys.ring("factors", in: home) }
            try SecretKeys.createMissing(in: home)
            for (name, bytes) in [
                ("factors-3.key", 32), ("factors-x.key", 32), ("factors-0.key", 32), ("other-2.key", 1),
            ] {
                try PrivateFile.write([UInt8](repeating: 7, count: bytes), to: home.secret(name))
            }
            #expect(try SecretKeys.ring("factors", in: home).map(\.id) == [1, 3])
            unlink(home.secret("factors.key"))
            try SecretKeys.createMissing(in: home)
            #expect(try SecretKeys.ring("factors", in: home).map(\.id) == [3])
            chmod(home.secret("factors-3.key"), 0o644)
            #expect(throws: Failure.self) { try SecretKeys.ring("factors", in: home) }
        }
    }

    @Test func `a password file keeps its password`() async throws {
        try await ScratchDirectory.with { folder in
            let path = folder.appending(path: "pgpass").path(percentEncoded: false)
            let made = try PasswordFile(path, user: "halley_auth")
            #expect(made.password.count == 64)
            #expect(try PasswordFile(path, user: "halley_auth").password == made.password)
            #expect(throws: Failure.self) { try PasswordFile(path, user: "halley_tracking") }
        }
    }
}

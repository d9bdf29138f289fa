import Foundation
import Glibc
import TestKit
import Testing

@testable import Directory

@Suite struct DirectoryTests {
    private static func settings(
        _ url: String = "ldaps://ldap.example.org", startTLS: Bool = true, authority: String = "", bind: String = "",
        base: String = "dc=example", user: String = "(uid={name})", groupBase: String = "", group: String = ""
    ) -> DirectorySettings {
        DirectorySettings(
            url: url, startTLS: startTLS, authority: authority, bindDN: bind, baseDN: base, userFilter: user,
            groupBaseDN: groupBase, groupFilter: group)
    }

    private static func problem(_ settings: DirectorySettings) -> DirectoryError? {
        do throws(DirectoryError) {
            try settings.check()
            return nil
        } catch {
            return error
        }
    }

    @Test func `settings that lead nowhere are named`() {
        let urls = [
            "", "ldap.example.org", "http://a", "ldaps://", "ldaps://user@a", "ldaps://a/dc=b", "ldaps://a?x",
            "ldapi://a",
            "ldaps://a:0", "ldaps://a:65536", "ldaps://a b", "ldaps://a%00b", "ldaps://a,b",
        ]
        for url in urls { #expect(Self.problem(Self.settings(url)) == .malformed("url"), "\(url)") }
        let broken: [(DirectorySettings, String)] = [
            (Self.settings(authority: "nonsense"), "certificate_authority"), (Self.settings(bind: "me"), "bind_dn"),
            (Self.settings(base: ""), "base_dn"), (Self.settings(base: "here"), "base_dn"),
            (Self.settings(user: "(uid=ada)"), "user_filter"), (Self.settings(user: "uid={name}"), "user_filter"),
            (Self.settings(user: "(a={name})(b={dn})"), "user_filter"),
            (Self.settings(groupBase: "dc=a"), "group_base_dn"), (Self.settings(group: "(a={dn})"), "group_base_dn"),
            (Self.settings(groupBase: "dc=a", group: "(cn=a)"), "group_filter"),
        ]
        for (settings, field) in broken { #expect(Self.problem(settings) == .malformed(field)) }
        for url in ["ldap://a", "LDAPS://A:1636/", "ldaps://[::1]:636", "ldap://10.0.0.1"] {
            #expect(Self.problem(Self.settings(url)) == nil, "\(url)")
        }
        #expect(Self.problem(Self.settings(groupBase: "dc=a", group: "(member={dn})")) == nil)
    }

    @Test func `only this machine is this machine`() throws {
        for host in ["localhost", "127.0.0.1", "127.9.8.7", "[::1]", "LOCALHOST"] {
            #expect(try DirectoryPlace(Self.settings("ldap://\(host)")).isLoopback, "\(host)")
        }
        for host in ["127.0.0.1.example.org", "127.1", "10.0.0.1", "localhost.example.org", "[::2]", "127.a.b.c"] {
            #expect(try !DirectoryPlace(Self.settings("ldap://\(host)")).isLoopback, "\(host)")
        }
    }

    @Test func `what cannot be anybody's is refused before anybody is asked`() async throws {
        // Nobody listens there: any other error would be one of the network.
        let question = try Self.question(port: 1)
        let directory = Directory()
        let (long, longer) = (String(repeating: "x", count: 257), String(repeating: "x", count: 1025))
        for name in ["", "a\0b", long, String(repeating: "x", count: 10_000)] {
            #expect(await Self.outcome(directory, name, "password", question) == .unknownUser)
        }
        for password in ["", "a\0b", longer] {
            #expect(await Self.outcome(directory, "ada", password, question) == .wrongPassword)
        }
        #expect(await Self.outcome(directory, "ada", "password", question) == .unreachable)
    }

    @Test func `who says nothing is left after five seconds, in a handshake as in an answer`() async throws {
        let listener = try SilentListener()
        let directory = Directory()
        let began = ContinuousClock.now
        await withTaskGroup(of: Void.self) { group in
            for security in ["ldaps", "starttls", "ldap"] {
                group.addTask {
                    let question = try? Self.question(
                        security == "ldaps" ? "ldaps" : "ldap", port: listener.port, startTLS: security == "starttls")
                    guard let question else {
                        Issue.record("no question")
                        return
                    }
                    #expect(await Self.outcome(directory, "ada", "password", question) == .timedOut, "\(security)")
                }
            }
        }
        let took = ContinuousClock.now - began
        withExtendedLifetime(listener) {}
        #expect(took > .seconds(4) && took < .seconds(8), "\(took)")
    }

    private static func question(
        _ scheme: String = "ldap", port: Int, startTLS: Bool = false
    ) throws -> DirectoryQuestion {
        try DirectoryQuestion(
            settings("\(scheme)://127.0.0.1:\(port)", startTLS: startTLS), secret: [], attributes: ["uid"], name: "uid",
            groups: "")
    }

    private static func outcome(
        _ directory: Directory, _ name: String, _ password: String, _ question: DirectoryQuestion
    ) async -> DirectoryError? {
        do throws(DirectoryError) {
            _ = try await directory.prove(name, password: password, by: question)
            return nil
        } catch {
            return error
        }
    }
}

/// Takes connections, and says nothing.
private final class SilentListener: Sendable {
    let port: Int
    private let descriptor: Int32

    init() throws {
        let listening = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listening, $0, size) == 0 && listen(listening, 16) == 0 && getsockname(listening, $0, &size) == 0
            }
        }
        descriptor = listening
        port = Int(UInt16(bigEndian: address.sin_port))
        try #require(bound)
    }

    deinit { close(descriptor) }
}

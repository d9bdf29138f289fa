import Foundation
import Model
import Testing

@testable import Daemon

@Suite struct SettingsTests {
    @Test func `nothing set means this machine only, and the port above for content`() throws {
        let settings = try Settings(environment: ["HALLEY_HOME": "/srv/h"])
        #expect(settings.listen == Endpoint(host: "127.0.0.1", port: 8080))
        #expect(settings.contentListen == Endpoint(host: "127.0.0.1", port: 8081))
        #expect(settings.publicURL == "http://127.0.0.1:8080")
        #expect(!settings.isBehindProxy)
        #expect(settings.databaseURL == nil)
    }

    @Test(arguments: ["8080", "host", "host:0", "host:70000", "::1:80", "host:http", "[::1]"])
    func `an address that is none is refused by the name of its setting`(text: String) {
        let failure = #expect(throws: Failure.self) { try Settings(environment: ["HALLEY_LISTEN": text]) }
        #expect(failure?.message.hasPrefix("HALLEY_LISTEN") == true)
    }

    @Test func `IPv6 addresses stand in brackets, and no host means every address`() throws {
        let six = try Endpoint("[::1]:80", setting: "x")
        #expect(six.host == "::1" && six.description == "[::1]:80" && six.url == "http://[::1]:80")
        let all = try Endpoint(":9000", setting: "x")
        #expect(all.host == "0.0.0.0" && all.url == "http://127.0.0.1:9000")
    }

    @Test(arguments: ["HALLEY_LOG", "HALLEY_LOG_FORMAT", "HALLEY_PUBLIC_URL", "HALLEY_CONTENT_URL"])
    func `what is not understood is refused`(name: String) {
        #expect(throws: Failure.self) { try Settings(environment: [name: "nonsense"]) }
    }

    @Test(arguments: ["0", "-1", "x", "1:0", "1:4000", "1:2:3", "", ":5"].filter { !$0.isEmpty })
    func `a rate that is none is refused by the name of its setting`(text: String) {
        for name in ["HALLEY_RATE_KEY", "HALLEY_RATE_ACCOUNT", "HALLEY_RATE_ADDRESS"] {
            let failure = #expect(throws: Failure.self) { try Settings(environment: [name: text]) }
            #expect(failure?.message.hasPrefix(name) == true)
        }
    }

    @Test func `rates and proxies reach the children as they were meant`() throws {
        let given = try Settings(environment: [
            "HALLEY_RATE_KEY": "5", "HALLEY_RATE_ACCOUNT": "off", "HALLEY_RATE_ADDRESS": "0.5:3",
            "HALLEY_TRUSTED_PROXIES": "::0001, 10.0.0.1",
        ])
        let child = try Settings(environment: given.childEnvironment)
        #expect(child.keyRate == RateSetting(perSecond: 5, burst: 10) && child.accountRate == nil)
        #expect(child.addressRate == RateSetting(perSecond: 0.5, burst: 3))
        #expect(child.trustedProxies == ["::1", "10.0.0.1"])
        #expect(throws: Failure.self) { try Settings(environment: ["HALLEY_TRUSTED_PROXIES": "proxy.example"]) }
    }

    @Test func `children are given no password`() throws {
        let settings = try Settings(environment: [
            "HALLEY_HOME": "/srv/h", "HALLEY_DATABASE_URL": "postgresql://owner:hunter2@db/halley?sslmode=require",
        ])
        let given = settings.childEnvironment
        #expect(given["HALLEY_DATABASE_URL"] == "postgresql://owner@db/halley?sslmode=require")
        #expect(!given.values.contains { $0.contains("hunter2") })
    }

    @Test func `sockets of a folder with a long path are under tmp, one place for each folder`() throws {
        let long = "/srv/" + String(repeating: "x", count: 90)
        let (one, two) = (try Home(long + "1"), try Home(long + "2"))
        #expect(one.run.hasPrefix("/tmp/halley-") && one.run != two.run)
        #expect((one.postgresRun + "/.s.PGSQL.5432").utf8.count < 107)
        #expect(try Home("/srv/h/").run == "/srv/h/run")
    }
}

@Suite struct ConninfoTests {
    @Test func `a service signs in as itself, whoever the URL names`() {
        let url = Conninfo("postgresql://owner:secret@db:5433/halley?sslmode=require&password=x")
        let service = url.with(user: "halley_auth", passfile: "/s/pg pass", application: "halley-auth")
        #expect(
            service.text
                == "postgresql://halley_auth@db:5433/halley?sslmode=require&passfile=/s/pg%20pass&application_name=halley-auth"
        )
    }

    @Test(arguments: [
        "host=db password=secret dbname=h", "host=db password = 'se cr\\'et' dbname=h",
        "password=secret host=db dbname=h",
    ])
    func `a password in a conninfo string is left out`(text: String) {
        let service = Conninfo(text).with(user: "u", passfile: "/p", application: "a").text
        #expect(!service.contains("cret") && !service.contains("se "), "\(service)")
        #expect(service.contains("host=db") && service.contains("dbname=h"))
        #expect(service.hasSuffix("user=u passfile='/p' application_name=a"))
        #expect(!"\(Conninfo(text))".contains("secret"))
    }

    @Test func `values are quoted as libpq reads them`() {
        let made = Conninfo(host: "/a b", database: "d", user: "o'neil", passfile: "/p\\q", application: "x")
        #expect(made.text.contains("host='/a b'") && made.text.contains("user='o\\'neil'"))
        #expect(made.text.contains("passfile='/p\\\\q'"))
    }
}

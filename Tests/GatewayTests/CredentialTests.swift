import HTTPTypes
import HummingbirdCore
import Model
import NIOCore
import Testing

@testable import Gateway

@Suite struct CredentialTests {
    private func request(_ fields: HTTPFields) -> Request {
        Request(
            head: .init(method: .get, scheme: "http", authority: "h", path: "/", headerFields: fields),
            body: .init(buffer: ByteBuffer()))
    }

    private func key(_ fields: HTTPFields, body: String? = nil) throws -> String {
        try Credential.of(request(fields), body).key
    }

    @Test(arguments: [
        "hlru_abc", "Bearer hlru_abc", "bearer  hlru_abc", "hlru_abc*eyJiYXNlVXJsIjoiaCJ9", "Bearer hlru_abc*x*y",
    ])
    func `every presentation gives the same key`(value: String) throws {
        #expect(try key([.authorization: value]) == "hlru_abc")
    }

    @Test func `header, second header and body may repeat the key`() throws {
        #expect(try key([.xAPIKey: "k1"]) == "k1")
        #expect(try key([:], body: "k1*tail") == "k1")
        #expect(try key([.authorization: "k1", .xAPIKey: "k1*tail"], body: "k1") == "k1")
    }

    @Test func `two keys in one request are none`() {
        #expect(throws: Failure.self) { try key([.authorization: "k1", .xAPIKey: "k2"]) }
        #expect(throws: Failure.self) { try key([.authorization: "k1"], body: "k2") }
    }

    @Test(arguments: ["", "*tail", "a b", "schlüssel", String(repeating: "k", count: 257)])
    func `what is no key is refused without asking anybody`(value: String) {
        let failure = #expect(throws: Failure.self) { try key([.authorization: value]) }
        #expect(failure?.code == .unauthenticated)
    }
}

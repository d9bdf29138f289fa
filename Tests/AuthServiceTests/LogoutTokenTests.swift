import Foundation
import Model
import Testing

@testable import AuthService

@Suite struct LogoutTokenTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)
    private static let event = "http://schemas.openid.net/event/backchannel-logout"
    private static var good: [String: Any] {
        [
            "iss": "https://login.example.org", "aud": "halley", "iat": 1_800_000_000, "exp": 1_800_000_100,
            "jti": "one", "sub": "ada", "sid": "there", "events": [event: [String: Any]()],
        ]
    }

    private static func token(_ changes: [String: Any?], type: String? = "logout+jwt") throws -> LogoutToken {
        var (claims, head) = (good, ["alg": "RS256"])
        for (name, value) in changes { claims[name] = value }
        head["typ"] = type
        let parts = try [head as [String: Any], claims].map { members in
            OpaqueToken.base64url(Array(try JSONSerialization.data(withJSONObject: members)))
        }
        let token = try IDToken("\(parts[0]).\(parts[1]).AAAA")
        return try LogoutToken(token, issuer: "https://login.example.org", client: "halley", now: now)
    }

    private static func check(_ changes: [String: Any?], type: String? = "logout+jwt") -> SignInRefusal.Check? {
        do {
            _ = try token(changes, type: type)
            return nil
        } catch {
            return (error as? SignInRefusal)?.check
        }
    }

    @Test func `what is as it should be says whose sessions end`() throws {
        let token = try Self.token([:])
        #expect((token.subject, token.sid) == ("ada", "there"))
        #expect(try Self.token(["sid": nil]).sid.isEmpty && Self.token(["sub": nil]).subject.isEmpty)
        #expect(try Self.token(["jti": "two"]).digest != token.digest)
        #expect(try Self.token(["iat": 1_799_999_881], type: "JWT").digest == token.digest)
        #expect(Self.check([:], type: nil) == nil && Self.check(["exp": nil]) == nil)
    }

    @Test func `each fault alone is refused by its own check`() {
        #expect(Self.check([:], type: "at+jwt") == .logoutTokenKind)
        #expect(Self.check(["iss": "https://login.example.org/"]) == .idTokenIssuer)
        #expect(Self.check(["aud": ["another"]]) == .idTokenAudience)
        #expect(Self.check(["iat": 1_799_999_879]) == .idTokenTime)
        #expect(Self.check(["iat": 1_800_000_121]) == .idTokenTime)
        #expect(Self.check(["iat": nil]) == .idTokenTime)
        #expect(Self.check(["exp": 1_799_999_939]) == .idTokenExpired)
        #expect(Self.check(["events": nil]) == .logoutTokenKind)
        #expect(Self.check(["events": [Self.event: true]]) == .logoutTokenKind)
        #expect(Self.check(["events": ["another": [String: Any]()]]) == .logoutTokenKind)
        #expect(Self.check(["nonce": "x"]) == .logoutTokenKind)
        #expect(Self.check(["jti": nil]) == .logoutTokenKind)
        #expect(Self.check(["sub": nil, "sid": nil]) == .subjectMalformed)
        #expect(Self.check(["sid": String(repeating: "x", count: 256)]) == .subjectMalformed)
    }
}

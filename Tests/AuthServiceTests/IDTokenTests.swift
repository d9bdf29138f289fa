import Foundation
import Sealing
import Testing

@testable import AuthService

/// What a token says; who has signed it is `VerificationKeyTests` and the evil provider of `Tests/sso`.
@Suite struct IDTokenTests {
    private static let now = Date(timeIntervalSince1970: 1_800_000_000)
    private static var good: [String: Any] {
        [
            "iss": "https://a.example", "aud": "me", "sub": "ada", "exp": 1_800_000_100, "iat": 1_799_999_990,
            "nonce": "n",
        ]
    }

    private static func text(_ head: [String: Any], _ claims: [String: Any]) throws -> String {
        let parts = try [head, claims].map {
            OpaqueToken.base64url(Array(try JSONSerialization.data(withJSONObject: $0)))
        }
        return "\(parts[0]).\(parts[1]).AAAA"
    }

    /// The check that says no, or the subject.
    private static func outcome(_ changes: [String: Any], head: [String: Any] = ["alg": "RS256"]) throws -> String {
        let claims = good.merging(changes) { $1 }.filter { !($0.value is NSNull) }
        let text = try text(head, claims)
        do throws(SignInRefusal) {
            return try IDToken(text).check(issuer: "https://a.example", client: "me", nonce: "n", now: now)
        } catch {
            return error.check.rawValue
        }
    }

    @Test func `what is as it should be gives the subject`() throws {
        let fine: [[String: Any]] = [
            [:], ["aud": ["me"]], ["aud": ["me", "other"], "azp": "me"], ["azp": "me"], ["exp": 1_799_999_941],
            ["iat": 1_800_000_060], ["iat": 1_799_999_990.5], ["nbf": 1_800_000_060],
        ]
        for changes in fine { #expect(try Self.outcome(changes) == "ada", "\(changes)") }
    }

    @Test func `each fault alone is refused by its own check`() throws {
        let faults: [([String: Any], String)] = [
            (["iss": "https://a.example/"], "id_token_issuer"), (["iss": "https://A.example"], "id_token_issuer"),
            (["iss": NSNull()], "id_token_issuer"), (["iss": ["https://a.example"]], "id_token_issuer"),
            (["aud": "other"], "id_token_audience"), (["aud": []], "id_token_audience"),
            (["aud": NSNull()], "id_token_audience"), (["aud": ["me", 1]], "id_token_audience"),
            (["aud": ["other", "another"]], "id_token_audience"), (["aud": ["me", "other"]], "id_token_azp"),
            (["azp": "other"], "id_token_azp"), (["azp": 1], "id_token_azp"),
            (["aud": ["me", "other"], "azp": "other"], "id_token_azp"),
            (["exp": 1_799_999_940], "id_token_expired"), (["exp": NSNull()], "id_token_expired"),
            (["exp": "1800000100"], "id_token_expired"), (["iat": 1_800_000_061], "id_token_issued_at"),
            (["iat": NSNull()], "id_token_issued_at"), (["nbf": 1_800_000_061], "id_token_issued_at"),
            (["nbf": "x"], "id_token_issued_at"), (["nonce": "m"], "id_token_nonce"), (["nonce": ""], "id_token_nonce"),
            (["nonce": NSNull()], "id_token_nonce"), (["sub": NSNull()], "subject_malformed"),
            (["sub": 7], "subject_malformed"),
        ]
        for (changes, check) in faults { #expect(try Self.outcome(changes) == check, "\(changes)") }
    }

    @Test func `algorithms that are not believed are not looked at`() throws {
        for name in ["none", "None", "", "HS256", "HS512", "RS384", "ES384", "rs256", "RSA1_5"] {
            #expect(try Self.outcome([:], head: ["alg": name]) == "id_token_algorithm", "\(name)")
        }
        #expect(try Self.outcome([:], head: [:]) == "id_token_algorithm")
        #expect(try Self.outcome([:], head: ["alg": ["RS256"]]) == "id_token_algorithm")
        #expect(try Self.outcome([:], head: ["alg": "RS256", "crit": ["b64"], "b64": false]) == "id_token_malformed")
    }

    @Test func `what is no token is none`() throws {
        let text = try Self.text(["alg": "RS256"], Self.good)
        let parts = text.split(separator: ".").map(String.init)
        let broken = [
            "", "..", text + ".", text + ".AAAA", "\(parts[0]).\(parts[1])", "\(parts[0])=.\(parts[1]).AAAA",
            text + "+",
            " " + text, "e30.\(parts[1]).A", "W10.\(parts[1]).AAAA", "\(parts[0]).bnVsbA.AAAA",
            String(repeating: "A", count: IDToken.bytesMax + 1),
        ]
        for text in broken {
            #expect(throws: SignInRefusal(.idTokenMalformed), "\(text.prefix(60))") { try IDToken(text) }
        }
    }

    @Test func `keys that may not be used are left out`() throws {
        let rsa =
            #""kty":"RSA","e":"AQAB","n":""# + OpaqueToken.base64url([0x80] + [UInt8](repeating: 1, count: 255)) + #"""#
        func found(_ keys: String, _ id: String?, _ way: VerificationKey.Signature) throws -> Bool {
            let set = try #require(KeySet(json: Array(#"{"keys":[\#(keys)]}"#.utf8)))
            if case .key = set.find(id, for: way) { return true }
            return false
        }
        #expect(try found(#"{\#(rsa),"kid":"a"}"#, "a", .rs256))
        #expect(try found(#"{\#(rsa),"kid":"a"}"#, nil, .ps256))
        #expect(try found(#"{\#(rsa),"kid":"a","alg":"RS256","use":"sig","key_ops":["verify"]}"#, "a", .rs256))
        #expect(try !found(#"{\#(rsa),"kid":"a","alg":"RS256"}"#, "a", .ps256))
        #expect(try !found(#"{\#(rsa),"kid":"a"}"#, "b", .rs256))
        #expect(try !found(#"{\#(rsa),"kid":"a"}"#, "a", .es256))
        #expect(try !found(#"{\#(rsa),"kid":"a","use":"enc"}"#, "a", .rs256))
        #expect(try !found(#"{\#(rsa),"kid":"a","alg":"RS512"}"#, "a", .rs256))
        // Which of two is meant nobody can say.
        #expect(try !found(#"{\#(rsa),"kid":"a"},{\#(rsa),"kid":"b"}"#, nil, .rs256))
        #expect(try !found(#"{\#(rsa),"kid":"a"},{\#(rsa),"kid":"a"}"#, "a", .rs256))
        #expect(try !found(#"{"kty":"oct","k":"AAAA","kid":"a","alg":"HS256"}"#, "a", .rs256))
        #expect(KeySet(json: Array("[]".utf8)) == nil)
    }
}

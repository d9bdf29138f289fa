import AuthClient
import Foundation
import Model
import Sealing
import SwiftProtobuf
import Synchronization
import TestKit
import Testing
import WireMessages

@testable import Daemon

@Suite struct AccessVerifierTests {
    private static let moment = Date(timeIntervalSince1970: 1_800_000_000)
    private let signer: Ed25519.PrivateKey

    init() throws {
        signer = try .generate()
    }

    private func sealed(
        by key: Ed25519.PrivateKey? = nil, issued: Date = moment, life: TimeInterval = 75, name: String = "ada"
    ) throws -> [UInt8] {
        let access = Access(
            kind: .person, principal: .fresh(), name: name, grants: [Grant(.editor, on: .workspace(.fresh()))],
            credential: .fresh(), expiresAt: issued.addingTimeInterval(life))
        let claims: [UInt8] = try access.claims(issuedAt: issued).serializedBytes()
        let signature = try (key ?? signer).sign(claims)
        return try SealedAccess.with {
            $0.claims = Data(claims)
            $0.signature = Data(signature)
        }.serializedBytes()
    }

    private func reason(_ verifier: AccessVerifier, _ bytes: [UInt8]) -> String {
        do throws(Failure) {
            _ = try verifier.verify(bytes)
            return "ok"
        } catch {
            return error.code == .unauthenticated ? error.reason : "\(error)"
        }
    }

    @Test func `what auth signed is believed, until it expires`() throws {
        let now = Mutex(Self.moment)
        let verifier = AccessVerifier(publicKey: try signer.publicKey, now: { now.withLock { $0 } })
        let bytes = try sealed()
        let access = try verifier.verify(bytes)
        #expect(access.name == "ada" && access.grants.count == 1)
        #expect(try verifier.verify(bytes) == access)
        now.withLock { $0.addTimeInterval(74.9) }
        #expect(reason(verifier, bytes) == "ok")
        now.withLock { $0.addTimeInterval(0.2) }
        #expect(reason(verifier, bytes) == "access_expired")
        #expect(reason(verifier, bytes) == "access_expired")
    }

    @Test(
        arguments: [
            Assurance(), Assurance(provedAt: moment, hasSecondFactor: true),
            Assurance(provedAt: moment, due: .everywhere),
            Assurance(provedAt: moment, due: .workspaces([.fresh(), .fresh()])),
        ])
    func `how well a session is proven travels along`(_ assurance: Assurance) throws {
        let access = Access(
            kind: .person, principal: .fresh(), name: "ada", grants: [], credential: .fresh(), bySession: true,
            assurance: assurance, expiresAt: Self.moment)
        #expect(try Access(claims: access.claims(issuedAt: Self.moment)) == access)
    }

    @Test func `no flipped bit is believed, whether the whole is known or not`() throws {
        let verifier = AccessVerifier(publicKey: try signer.publicKey, now: { Self.moment })
        let bytes = try sealed()
        _ = try verifier.verify(bytes)
        for index in bytes.indices {
            var wrong = bytes
            wrong[index] ^= 1 << UInt8(index % 8)
            #expect(reason(verifier, wrong) == "access_invalid", "byte \(index)")
        }
    }

    @Test func `nobody else's signature counts, and nothing from the future`() throws {
        let verifier = AccessVerifier(publicKey: try signer.publicKey, now: { Self.moment })
        #expect(reason(verifier, try sealed(by: .generate())) == "access_invalid")
        #expect(reason(verifier, try sealed(issued: Self.moment.addingTimeInterval(61))) == "access_invalid")
        #expect(reason(verifier, []) == "access_invalid")
        #expect(reason(verifier, RandomBytes.make(300)) == "access_invalid")
    }

    @Test func `it remembers a bounded number and still answers all`() throws {
        let verifier = AccessVerifier(publicKey: try signer.publicKey, now: { Self.moment })
        let all = try (0..<(AccessVerifier.rememberedMax + 100)).map { try sealed(name: "p\($0)") }
        for (index, bytes) in all.enumerated() { #expect(try verifier.verify(bytes).name == "p\(index)") }
        #expect(try verifier.verify(all[0]).name == "p0")
    }
}

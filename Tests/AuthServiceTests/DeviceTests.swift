import Foundation
import Model
import Postgres
import TestKit
import Testing

@testable import AuthService

@Suite struct DeviceTests {
    private func begin(_ house: AuthHouse, _ draft: DeviceRequest.Draft) async throws -> (device: String, user: String)
    {
        try await house.service.devices.begin(draft)
        return (draft.device.text, draft.user.text)
    }

    private func redeem(_ house: AuthHouse, _ device: String) async throws -> String {
        try await house.service.devices.redeem(device, address: "192.0.2.1").secret
    }

    @Test func `a program gets the key that was asked for, once, after somebody has approved it`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let codes = try await begin(house, .sample(actions: ["log"], seconds: 3600))
            #expect(await outcome { _ = try await redeem(house, codes.device) } == "conflict authorization_pending")
            #expect(await outcome { _ = try await redeem(house, codes.device) } == "conflict slow_down")
            let asked = try await house.service.devices.look(codes.user.lowercased(), as: admin.access)
            #expect(asked.name == "laptop" && asked.actions == [.log] && asked.address == "192.0.2.7")
            let limits = Access.Limits(actions: asked.actions)
            try await house.service.devices.approve(codes.user, limits, as: admin.access)
            let access = try await house.access(key: try await redeem(house, codes.device))
            #expect(access.principal == admin.access.principal && access.limits.actions == [.log])
            #expect(await outcome { _ = try await redeem(house, codes.device) } == "conflict expired_token")
            let keys = try await house.service.keys.list(as: admin.access)
            #expect(keys.contains { $0.name == "laptop" && $0.expiresAt < Date().addingTimeInterval(3700) })
        }
    }

    @Test func `of sixteen that come for one key, one gets it`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let codes = try await begin(house, .sample())
            try await house.service.devices.approve(codes.user, Access.Limits(), as: admin.access)
            let outcomes = await race(16) { _ in _ = try await redeem(house, codes.device) }
            #expect(outcomes == ["ok": 1, "conflict expired_token": 15])
        }
    }

    @Test func `what was denied or decided already stays so`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let other = try await house.stranger(by: admin)
            let codes = try await begin(house, .sample())
            try await house.service.devices.deny(codes.user, as: admin.access)
            #expect(await outcome { _ = try await redeem(house, codes.device) } == "conflict access_denied")
            #expect(
                await outcome { try await house.service.devices.approve(codes.user, Access.Limits(), as: other.access) }
                    == "notFound code_unknown")
            #expect(await outcome { _ = try await redeem(house, codes.device) } == "conflict access_denied")
        }
    }

    @Test func `places that were asked for cannot be left out, nor put in where none were`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let narrow = try await begin(house, .sample(places: ["main/project"]))
            #expect(
                await outcome {
                    try await house.service.devices.approve(narrow.user, Access.Limits(), as: admin.access)
                }
                    == "invalid limits_invalid")
            let limits = Access.Limits(workspaces: [admin.workspace])
            let wide = try await begin(house, .sample())
            #expect(
                await outcome { try await house.service.devices.approve(wide.user, limits, as: admin.access) }
                    == "invalid limits_invalid")
            try await house.service.devices.approve(narrow.user, limits, as: admin.access)
            let access = try await house.access(key: try await redeem(house, narrow.device))
            #expect(access.limits.workspaces == [admin.workspace])
        }
    }

    @Test func `keys do not approve, and guesses are counted`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let codes = try await begin(house, .sample())
            let key = try await house.access(key: try await house.key(of: admin.access))
            #expect(
                await outcome { try await house.service.devices.approve(codes.user, Access.Limits(), as: key) }
                    == "forbidden session_required")
            let guesses = await race(80) { index in
                _ = try await house.service.devices.look(
                    "BBBB-BBB" + (index.isMultiple(of: 2) ? "B" : "C"), as: admin.access)
            }
            #expect(guesses["notFound code_unknown"] == 60, "\(guesses)")
            let other = try await house.stranger(by: admin)
            _ = try await house.service.devices.look(codes.user, as: other.access)
        }
    }

    @Test func `nobody gets a key of an account that is out of use, and few wait from one address`() async throws {
        try await AuthHouse.with { house in
            let admin = try await house.begin()
            let ada = try await house.person("ada", by: admin)
            let codes = try await begin(house, .sample())
            try await house.service.devices.approve(codes.user, Access.Limits(), as: ada)
            try await house.service.accounts.setActive(false, ada.principal, as: admin.access)
            #expect(await outcome { _ = try await redeem(house, codes.device) } == "conflict expired_token")
            let outcomes = await race(30) { _ in _ = try await begin(house, .sample(from: "198.51.100.1")) }
            #expect((outcomes["ok"] ?? 0) >= 20 && outcomes["exhausted too_many_requests"] ?? 0 > 0, "\(outcomes)")
        }
    }

    @Test func `a code is what somebody means by it`() {
        #expect(UserCode(typed: " bcdf ghjk ")?.text == "BCDF-GHJK")
        for text in ["", "BCDF-GHJ", "BCDF-GHJKL", "BCDF-GHJA", "BCDF-GHJ1"] { #expect(UserCode(typed: text) == nil) }
        #expect(UserCode.fresh().text.count == 9)
    }
}

extension DeviceRequest.Draft {
    static func sample(
        actions: [String] = [], places: [String] = [], seconds: Int64 = 0, from address: String = "192.0.2.7"
    ) throws -> DeviceRequest.Draft {
        try DeviceRequest.Draft(
            name: "laptop", client: "halley", address: address, actions: actions, places: places, keySeconds: seconds)
    }
}

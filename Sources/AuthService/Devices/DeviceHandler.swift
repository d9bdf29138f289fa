import AuthClient
import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct DeviceHandler: Sendable {
    let devices: Devices

    func begin(_ q: BeginDeviceRequest, _ call: Call) async throws -> BeginDeviceResponse {
        let draft = try DeviceRequest.Draft(
            name: q.name, client: q.client, address: q.address, actions: q.actions, places: q.places,
            keySeconds: q.keySeconds)
        try await devices.begin(draft)
        return BeginDeviceResponse.with {
            ($0.deviceCode, $0.userCode) = (draft.device.text, draft.user.text)
            $0.expiresSeconds = UInt32(DeviceRequest.lifeSeconds)
            $0.intervalSeconds = UInt32(DeviceRequest.intervalSeconds)
        }
    }

    func look(_ q: LookAtDeviceRequest, _ call: Call) async throws -> LookAtDeviceResponse {
        let request = try await devices.look(q.userCode, as: call.requireAccess())
        return LookAtDeviceResponse.with {
            ($0.name, $0.client, $0.address) = (request.name, request.client, request.address)
            ($0.actions, $0.places) = (request.actions.map(\.rawValue).sorted(), request.places)
            ($0.keySeconds, $0.createdMs) = (request.keySeconds ?? 0, request.createdAt.wire)
        }
    }

    func decide(_ q: DecideDeviceRequest, _ call: Call) async throws -> Empty {
        if q.approve {
            try await devices.approve(q.userCode, try Access.Limits(claim: q.limits), as: call.requireAccess())
        } else {
            try await devices.deny(q.userCode, as: call.requireAccess())
        }
        return Empty()
    }

    func redeem(_ q: RedeemDeviceRequest, _ call: Call) async throws -> IssuedKey {
        IssuedKey(try await devices.redeem(q.deviceCode, address: q.address))
    }
}

extension IssuedKey {
    init(_ made: (key: APIKey, secret: String)) {
        self.init()
        key = KeyRecord(made.key)
        secret = made.secret
    }
}

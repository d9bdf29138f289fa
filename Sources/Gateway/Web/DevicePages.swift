import AuthClient
import Foundation
import HTTPTypes
import Hummingbird
import Model
import SwiftProtobuf
import Wire
import WireMessages

/// `/device`: somebody approves a program that shows a code (RFC 8628 §3.3).
struct DevicePages: Sendable {
    let site: Site
    private var gateway: Gateway { site.gateway }

    func register(in routes: RouterGroup<EdgeContext>) {
        routes.get("device", use: show)
        routes.post("device", use: decide)
    }

    /// Without a code it asks for one; with one it says what is asked for.
    @Sendable private func show(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let caller = try await signedIn(request, context)
        let code = try Query(request)["code"]
        guard !code.isEmpty else { return try page(caller) }
        let asked = LookAtDeviceRequest.with { $0.userCode = code }
        switch await SessionPages.outcome({ try await gateway.backends.auth.lookAtDevice(asked, caller.call(context)) })
        {
        case .success(let found): return try page(caller, code: code, found)
        case .failure(let problem): return try page(caller, code: code, problem: problem)
        }
    }

    @Sendable private func decide(_ request: Request, _ context: EdgeContext) async throws -> Response {
        let form = try await Site.form(request)
        let caller = try await site.visitors.writer(request, context, formToken: form["csrf"])
        let (code, isApproval) = (form["code"], form["do"] == "approve")
        do throws(Failure) {
            try await decide(code, approving: isApproval, caller.call(context))
        } catch {
            guard error.reason != "reauth_required" else {
                return Site.redirect(
                    to: Link.query("/reauthenticate", [("next", Link.query("/device", [("code", code)]))]))
            }
            return try page(caller, code: code, problem: error)
        }
        return try site.page(
            "device", title: isApproval ? "Approved" : "Denied", caller: caller,
            ["done": isApproval ? "The program has its key. You can close this page." : "The program gets nothing."])
    }

    /// The places are looked up anew with the rights of whoever approves.
    private func decide(_ code: String, approving: Bool, _ call: CallContext) async throws(Failure) {
        var limits = KeyLimitsClaim()
        if approving {
            let found = try await gateway.backends.auth.lookAtDevice(.with { $0.userCode = code }, call)
            limits = try await placed(found, call)
        }
        let wanted = limits
        _ = try await gateway.backends.auth.decideDevice(
            .with { ($0.userCode, $0.approve, $0.limits) = (code, approving, wanted) }, call)
    }

    private func placed(_ found: LookAtDeviceResponse, _ call: CallContext) async throws(Failure) -> KeyLimitsClaim {
        let places = Places(gateway: gateway)
        let outcome = await SessionPages.outcome {
            var limits = KeyLimitsClaim()
            limits.actions = found.actions
            for place in found.places {
                if place.contains("/") {
                    limits.projectIds.append(try await places.project(path: place, call))
                } else {
                    limits.workspaceIds.append(try await places.workspace(place, call))
                }
            }
            return limits
        }
        return try outcome.get()
    }

    /// A key proves nothing about who sits before the screen.
    private func signedIn(_ request: Request, _ context: EdgeContext) async throws -> Caller {
        let caller = try await site.visitors.reader(request, context)
        guard caller.bySession else {
            throw Failure(.forbidden, "Programs are approved in a browser session.", reason: "session_required")
        }
        return caller
    }

    private func page(
        _ caller: Caller, code: String = "", _ found: LookAtDeviceResponse? = nil, problem: Failure? = nil
    ) throws -> Response {
        var model: [String: Any] = ["code": code, "csrf": caller.csrfToken, "me": caller.name]
        if let found {
            model["asked"] = [
                "name": found.name, "client": found.client, "address": found.address,
                "actions": found.actions.joined(separator: ", "), "places": found.places.joined(separator: ", "),
                "life": Self.life(found.keySeconds),
            ].filter { !$0.value.isEmpty }
        }
        model["problem"] = problem?.message
        return try site.page(
            "device", title: "Approve a program", caller: caller, status: problem.map(HTTPStatus.status(for:)) ?? .ok,
            model)
    }

    private static func life(_ seconds: Int64) -> String {
        switch seconds {
        case 0: "90 days"
        case 172_800...: "\(seconds / 86_400) days"
        case 7200...: "\(seconds / 3600) hours"
        default: "\(max(1, seconds / 60)) minutes"
        }
    }
}

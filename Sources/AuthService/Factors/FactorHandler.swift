import Foundation
import Model
import SwiftProtobuf
import Wire
import WireMessages

struct FactorHandler: Sendable {
    let factors: Factors
    let policies: FactorPolicies

    func show(_ q: ShowFactorRequest, _ call: Call) async throws -> ShowFactorResponse {
        let access = try call.requireAccess()
        let found = try await factors.summary(as: access)
        let workspaces = found.demands.workspaces.map(\.wire).sorted { $0.lexicographicallyPrecedes($1) }
        return ShowFactorResponse.with {
            $0.enrolled = found.confirmedAt != nil
            $0.sinceMs = found.confirmedAt.wire
            $0.recoveryCodesLeft = UInt32(clamping: found.codesLeft)
            $0.required = !workspaces.isEmpty || found.demands.isAskedByInstance(access.grants)
            $0.requiredIn = workspaces
            $0.provedMs = access.assurance.provedAt.wire
        }
    }

    func begin(_ q: BeginFactorRequest, _ call: Call) async throws -> BeginFactorResponse {
        let enrolment = try await factors.begin(as: call.requireAccess())
        return BeginFactorResponse.with {
            $0.uri = enrolment.uri
            $0.secret = enrolment.secret
            $0.expiresMs = enrolment.endsAt.wire
        }
    }

    func confirm(_ q: ConfirmFactorRequest, _ call: Call) async throws -> RecoveryCodesResponse {
        let codes = try await factors.confirm(q.code, from: q.address, as: call.requireAccess())
        return RecoveryCodesResponse.with { $0.codes = codes }
    }

    func remove(_ q: RemoveFactorRequest, _ call: Call) async throws -> Empty {
        let access = try call.requireAccess()
        if let account = try ID<Account>.optional(q.accountID, "account") {
            try await factors.remove(of: account, from: q.address, as: access)
        } else {
            try await factors.remove(from: q.address, as: access)
        }
        return Empty()
    }

    func drop(_ q: DropFactorRequest, _ call: Call) async throws -> Empty {
        try await factors.drop(of: q.name)
        return Empty()
    }

    func renewCodes(_ q: RenewRecoveryCodesRequest, _ call: Call) async throws -> RecoveryCodesResponse {
        let codes = try await factors.renewCodes(from: q.address, as: call.requireAccess())
        return RecoveryCodesResponse.with { $0.codes = codes }
    }

    func showPolicy(_ q: ShowFactorPolicyRequest, _ call: Call) async throws -> FactorPolicyResponse {
        let workspace = try ID<Workspace>.optional(q.workspaceID, "workspace")
        let found = try await policies.show(workspace, as: call.requireAccess())
        return FactorPolicyResponse.with { ($0.demand, $0.maySet) = (found.demand.wire, found.maySet) }
    }

    func setPolicy(_ q: SetFactorPolicyRequest, _ call: Call) async throws -> FactorPolicyResponse {
        let workspace = try ID<Workspace>.optional(q.workspaceID, "workspace")
        guard let demand = FactorDemand(q.demand) else {
            throw Failure(.invalid, "Nobody is asked like that.", reason: "demand_invalid")
        }
        try await policies.set(demand, in: workspace, from: q.address, as: call.requireAccess())
        return FactorPolicyResponse.with { ($0.demand, $0.maySet) = (q.demand, true) }
    }
}

extension FactorDemand {
    fileprivate init?(_ demand: WireMessages.FactorDemand) {
        switch demand {
        case .nobody: self = .nobody
        case .administrators: self = .administrators
        case .everybody: self = .everybody
        case .unspecified, .UNRECOGNIZED: return nil
        }
    }

    fileprivate var wire: WireMessages.FactorDemand {
        switch self {
        case .nobody: .nobody
        case .administrators: .administrators
        case .everybody: .everybody
        }
    }
}

extension Factor.Proof {
    static func given(_ proof: FactorProof) throws(Failure) -> Factor.Proof? {
        try given(code: proof.code, recovery: proof.recoveryCode)
    }
}

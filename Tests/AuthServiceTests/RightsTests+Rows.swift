import Foundation
import Model
import SwiftProtobuf
import TestKit
import WireMessages

extension RightsTests {
    private static func row<Q: Message>(
        _ method: AuthMethod, _ rule: Row.Rule, _ shape: Row.Shape = .unary,
        _ fill: @escaping @Sendable (inout Q, RightsScene) async throws -> Void
    ) -> Row {
        Row(method, rule, shape) { scene, caller in
            try await scene.settle(caller)
            var request = Q()
            try await fill(&request, scene)
            return request
        }
    }

    private static func fresh() -> String { "x" + UUID().uuidString }

    static let proofs: [Row] = [
        row(.authenticateKey, always(.unauthenticated)) { (q: inout AuthenticateKeyRequest, _) in q.key = "x" },
        row(.authenticateSession, always(.unauthenticated)) { (q: inout AuthenticateSessionRequest, _) in q.token = "x"
        },
        row(.signIn, always(.unauthenticated)) { (q: inout SignInRequest, _) in (q.name, q.password) = (fresh(), "x") },
        row(.signOut, .anybody) { (q: inout SignOutRequest, _) in q.token = "x" },
        row(.setPasswordByToken, always(.notFound)) { (q: inout SetPasswordByTokenRequest, _) in q.token = "x" },
        row(.listSessions, signedIn) { (_: inout ListSessionsRequest, _) in },
        row(.endSessions, signedIn) { (_: inout EndSessionsRequest, _) in },
        row(.describeAccess, signedIn) { (_: inout DescribeAccessRequest, _) in },
        row(.bootstrap, always(.forbidden)) { (q: inout BootstrapRequest, _) in q.name = "x" },
        row(.operatorAccess, always(.forbidden)) { (_: inout OperatorAccessRequest, _) in },
        row(.takeTokens, .anybody) { (_: inout TakeTokensRequest, _) in },
    ]

    static let factors: [Row] = [
        row(.finishSignIn, always(.unauthenticated)) { (q: inout FinishSignInRequest, _) in q.pendingToken = "x" },
        row(.reauthenticate, signedInAlways(.forbidden)) { (q: inout ReauthenticateRequest, _) in q.password = "x"
        },
        row(.changePassword, signedInAlways(.forbidden)) { (q: inout ChangePasswordRequest, _) in q.current = "x"
        },
        row(.showFactor, signedIn) { (_: inout ShowFactorRequest, _) in },
        row(.beginFactor, signedIn) { (_: inout BeginFactorRequest, _) in },
        row(.confirmFactor, signedInAlways(.invalid)) { (q: inout ConfirmFactorRequest, _) in q.code = "000000" },
        row(.removeFactor, signedInAlways(.notFound)) { (_: inout RemoveFactorRequest, _) in },
        row(.renewRecoveryCodes, signedInAlways(.notFound)) { (_: inout RenewRecoveryCodesRequest, _) in },
        row(.showFactorPolicy, .needs(.read)) { (q: inout ShowFactorPolicyRequest, scene) in q.workspaceID = scene.wire
        },
        row(.setFactorPolicy, .needs(.administer)) { (q: inout SetFactorPolicyRequest, scene) in
            (q.workspaceID, q.demand) = (scene.wire, .nobody)
        },
        row(.dropFactor, always(.forbidden)) { (q: inout DropFactorRequest, _) in q.name = "x" },
    ]

    static let providers: [Row] = [
        row(.listProviders, .instance(.administerInstance)) { (_: inout ListProvidersRequest, _) in },
        row(.offeredProviders, .anybody) { (_: inout OfferedProvidersRequest, _) in },
        row(.beginProviderSignIn, always(.notFound)) { (q: inout BeginProviderSignInRequest, _) in
            q.providerID = Data(ID<Account>.fresh().bytes)
        },
        row(.finishProviderSignIn, always(.unauthenticated)) { (q: inout FinishProviderSignInRequest, _) in
            (q.providerID, q.state, q.browserToken) = (Data(ID<Account>.fresh().bytes), "x", "x")
        },
        row(.endProviderSessions, always(.invalid)) { (q: inout EndProviderSessionsRequest, _) in
            (q.providerID, q.logoutToken) = (Data(ID<Account>.fresh().bytes), "x")
        },
        row(.signInAtDirectory, always(.notFound)) { (q: inout SignInAtDirectoryRequest, _) in
            (q.providerID, q.name, q.password) = (Data(ID<Account>.fresh().bytes), fresh(), "x")
        },
        row(.joinDirectory, signedInAlways(.notFound)) { (q: inout JoinDirectoryRequest, _) in
            (q.providerID, q.name, q.password) = (Data(ID<Account>.fresh().bytes), fresh(), "x")
        },
        row(.createProvider, .instance(.administerInstance)) { (q: inout CreateProviderRequest, _) in
            q.provider = RightsScene.provider(fresh())
            q.clientSecret = "x"
        },
        row(.changeProvider, .instance(.administerInstance)) { (q: inout ChangeProviderRequest, scene) in
            q.provider = RightsScene.provider("another label")
            q.provider.id = try await scene.madeProvider()
        },
        row(.deleteProvider, .instance(.administerInstance)) { (q: inout DeleteProviderRequest, scene) in
            q.id = try await scene.madeProvider()
        },
        row(.testProvider, .instance(.administerInstance)) { (q: inout TestProviderRequest, scene) in
            q.id = try await scene.madeProvider()
        },
        row(.listIdentities, signedIn) { (_: inout ListIdentitiesRequest, _) in },
        row(.removeIdentity, signedInAlways(.notFound)) { (q: inout RemoveIdentityRequest, _) in
            q.providerID = Data(ID<Account>.fresh().bytes)
        },
    ]

    static let keys: [Row] = [
        row(.createKey, signedIn) { (q: inout CreateKeyRequest, _) in q.name = "x" },
        row(.createKey, only()) { (q: inout CreateKeyRequest, scene) in
            (q.name, q.ownerID) = ("x", try await scene.viewer())
        },
        row(.listKeys, signedIn) { (_: inout ListKeysRequest, _) in },
        row(.listKeys, only(.instanceAdmin)) { (q: inout ListKeysRequest, scene) in q.ownerID = try await scene.viewer()
        },
        row(.revokeKey, only(.instanceAdmin)) { (q: inout RevokeKeyRequest, scene) in q.id = try await scene.key() },
        row(.replaceKey, only()) { (q: inout ReplaceKeyRequest, scene) in q.id = try await scene.key() },
        row(.revokeAllKeys, only(.instanceAdmin)) { (q: inout RevokeAllKeysRequest, scene) in
            q.ownerID = try await scene.viewer()
        },
    ]

    static let issued: [Row] = [
        row(.beginDevice, .anybody) { (q: inout BeginDeviceRequest, _) in
            (q.name, q.client, q.address) = ("x", "x", fresh())
        },
        row(.lookAtDevice, signedIn) { (q: inout LookAtDeviceRequest, scene) in
            q.userCode = try await scene.device()
        },
        row(.decideDevice, signedIn) { (q: inout DecideDeviceRequest, scene) in
            (q.userCode, q.approve) = (try await scene.device(), true)
        },
        row(.redeemDevice, always(.conflict)) { (q: inout RedeemDeviceRequest, _) in q.deviceCode = "x" },
        row(.exchangeToken, always(.unauthenticated)) { (q: inout ExchangeTokenRequest, _) in q.token = "x" },
        row(.createTrust, only(.admin, .owner)) { (q: inout CreateTrustRequest, scene) in
            q.trust.accountID = try await scene.serviceAccount()
            (q.trust.label, q.trust.issuer, q.trust.audience) = ("x", "https://ci.example.org", "x")
            q.trust.rules = [.with { ($0.claim, $0.pattern) = ("sub", "repo:x") }]
        },
        row(.listTrusts, only(.admin, .owner)) { (q: inout ListTrustsRequest, scene) in
            q.accountID = try await scene.serviceAccount()
        },
        row(.deleteTrust, only(.admin, .owner)) { (q: inout DeleteTrustRequest, scene) in
            q.id = try await scene.trust()
        },
    ]

    static let mail: [Row] = [
        row(.requestReset, .anybody) { (q: inout RequestResetRequest, _) in (q.name, q.address) = (fresh(), fresh()) },
        row(.confirmEmail, always(.notFound)) { (q: inout ConfirmEmailRequest, _) in q.token = "x" },
        row(.showEmail, signedIn) { (_: inout ShowEmailRequest, _) in },
        row(.changeEmail, signedIn) { (q: inout ChangeEmailRequest, _) in q.email = fresh() + "@example.org" },
        row(.showMail, .instance(.administerInstance)) { (_: inout ShowMailRequest, _) in },
        row(.retryMail, .instance(.administerInstance)) { (_: inout RetryMailRequest, _) in },
        row(.testMail, .instance(.administerInstance)) { (q: inout TestMailRequest, _) in
            q.recipient = "ada@example.org"
        },
    ]

    static let members: [Row] = [
        row(.setGrant, .needs(.manageMembers)) { (q: inout SetGrantRequest, scene) in
            (q.principalID, q.grant.workspaceID, q.grant.role) = (try await scene.viewer(), scene.wire, .roleEditor)
        },
        row(.setGrant, instance(.instanceAdmin)) { (q: inout SetGrantRequest, scene) in
            (q.principalID, q.grant.role) = (try await scene.viewer(), .roleInstanceAuditor)
        },
        row(.removeGrant, .needs(.manageMembers)) { (q: inout RemoveGrantRequest, scene) in
            (q.principalID, q.workspaceID) = (try await scene.viewer(), scene.wire)
        },
        row(.listMembers, .needs(.read)) { (q: inout ListMembersRequest, scene) in q.workspaceID = scene.wire },
        row(.invite, .needs(.manageMembers)) { (q: inout InviteRequest, scene) in
            (q.grant.workspaceID, q.grant.role) = (scene.wire, .roleViewer)
        },
        row(.listInvitations, .needs(.manageMembers)) { (q: inout ListInvitationsRequest, scene) in
            q.workspaceID = scene.wire
        },
        row(.withdrawInvitation, .needs(.manageMembers)) { (q: inout WithdrawInvitationRequest, scene) in
            (q.workspaceID, q.id) = (scene.wire, try await scene.invitation())
        },
        row(.lookAtInvitation, always(.notFound)) { (q: inout LookAtInvitationRequest, _) in q.token = "x" },
        row(.acceptInvitation, always(.notFound)) { (q: inout AcceptInvitationRequest, _) in q.token = "x" },
        row(.explainAccess, only(.admin, .owner)) { (q: inout ExplainAccessRequest, scene) in
            (q.principalID, q.workspaceID, q.action) = (try await scene.viewer(), scene.wire, "read")
        },
        row(.saveRole, .needs(.manageMembers)) { (q: inout SaveRoleRequest, scene) in
            (q.workspaceID, q.name, q.actions) = (scene.wire, fresh(), ["read"])
        },
        row(.listRoles, .needs(.read)) { (q: inout ListRolesRequest, scene) in q.workspaceID = scene.wire },
        row(.deleteRole, .needs(.manageMembers)) { (q: inout DeleteRoleRequest, scene) in
            (q.workspaceID, q.id) = (scene.wire, try await scene.role())
        },
        row(.setDenial, .needs(.manageMembers)) { (q: inout SetDenialRequest, scene) in
            q.principalID = try await scene.viewer()
            (q.denial.workspaceID, q.denial.actions) = (scene.wire, ["read"])
        },
        row(.listDenials, .needs(.manageMembers)) { (q: inout ListDenialsRequest, scene) in q.workspaceID = scene.wire
        },
    ]

    static let accounts: [Row] = [
        row(.createAccount, .instance(.administerInstance)) { (q: inout CreateAccountRequest, _) in q.name = fresh() },
        row(.findAccounts, signedIn) { (q: inout FindAccountsRequest, scene) in q.ids = [try await scene.viewer()]
        },
        row(.listAccounts, .instance(.administerInstance)) { (_: inout ListAccountsRequest, _) in },
        row(.listAccounts, .needs(.read)) { (q: inout ListAccountsRequest, scene) in q.workspaceID = scene.wire },
        row(.setAccountActive, only(.instanceAdmin)) { (q: inout SetAccountActiveRequest, scene) in
            q.id = try await scene.viewer()
        },
        row(.createResetLink, only(.instanceAdmin)) { (q: inout CreateResetLinkRequest, scene) in
            q.id = try await scene.viewer()
        },
        row(.createServiceAccount, .needs(.manageMembers)) { (q: inout CreateServiceAccountRequest, scene) in
            (q.workspaceID, q.name) = (scene.wire, fresh())
        },
        row(.createGroup, .needs(.manageMembers)) { (q: inout CreateGroupRequest, scene) in
            (q.workspaceID, q.name) = (scene.wire, fresh())
        },
        row(.changeGroup, only(.admin, .owner)) { (q: inout ChangeGroupRequest, scene) in q.id = try await scene.group()
        },
        row(.listGroupMembers, only(.admin, .owner)) { (q: inout ListGroupMembersRequest, scene) in
            q.id = try await scene.group()
        },
        row(.listGroupRoles, only(.admin, .owner)) { (q: inout ListGroupRolesRequest, scene) in
            q.id = try await scene.group()
        },
        row(.deleteGroup, only(.admin, .owner)) { (q: inout DeleteGroupRequest, scene) in q.id = try await scene.group()
        },
    ]

    static let entries: [Row] = [
        row(.enterWorkspace, .instance(.administerInstance)) { (q: inout EnterWorkspaceRequest, scene) in
            (q.workspaceID, q.workspaceName, q.reason) = (scene.wire, "secret", "a reason that will do")
        },
        row(.leaveWorkspace, signedInAlways(.notFound)) { (q: inout LeaveWorkspaceRequest, _) in
            q.id = Data(ID<Account>.fresh().bytes)
        },
        row(.listEntries, .needs(.read)) { (q: inout ListEntriesRequest, scene) in q.workspaceID = scene.wire },
        row(.listEntries, instance(.instanceAuditor, .instanceAdmin)) { (_: inout ListEntriesRequest, _) in },
    ]

    static let log: [Row] = [
        row(.listAudit, .needs(.readAudit)) { (q: inout ListAuditRequest, scene) in q.workspaceID = scene.wire },
        row(.listAudit, instance(.instanceAuditor, .instanceAdmin)) { (_: inout ListAuditRequest, _) in },
        row(.exportAudit, .needs(.readAudit), .download) { (q: inout ExportAuditRequest, scene) in
            q.workspaceID = scene.wire
        },
        row(.recordAudit, always(.forbidden)) { (q: inout RecordAuditRequest, _) in
            (q.record.action, q.record.outcome, q.record.detailJson) = ("x.y", "ok", "{}")
            q.record.actorID = Data(ID<Account>.fresh().bytes)
        },
        row(.recordExposures, .anybody) { (_: inout RecordExposuresRequest, _) in },
        row(.recordRefusals, .anybody) { (_: inout RecordRefusalsRequest, _) in },
        row(.listAuditChains, always(.forbidden)) { (_: inout ListAuditChainsRequest, _) in },
        row(.verifyAudit, always(.forbidden)) { (_: inout VerifyAuditRequest, _) in },
    ]
}

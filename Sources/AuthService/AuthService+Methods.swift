public import Wire
import WireMessages

extension AuthService {
    public func register(in methods: inout Methods) {
        registerProofs(in: &methods)
        registerKeys(in: &methods)
        registerAccounts(in: &methods)
        registerMembers(in: &methods)
        registerEntries(in: &methods)
        registerFactors(in: &methods)
        registerProviders(in: &methods)
        registerProvisioning(in: &methods)
        registerIssued(in: &methods)
        registerOperations(in: &methods)
        registerMail(in: &methods)
    }

    private func registerMail(in methods: inout Methods) {
        let mail = MailHandler(mails: mails, emails: emails, resets: resets)
        methods.unary(AuthMethod.requestReset, .anyone, mail.requestReset)
        methods.unary(AuthMethod.confirmEmail, .anyone, mail.confirmEmail)
        methods.unary(AuthMethod.showEmail, .access, mail.showEmail)
        methods.unary(AuthMethod.changeEmail, .access, mail.changeEmail)
        methods.unary(AuthMethod.showMail, .access, mail.showMail)
        methods.unary(AuthMethod.retryMail, .access, mail.retry)
        methods.unary(AuthMethod.testMail, .access, mail.test)
    }

    private func registerOperations(in methods: inout Methods) {
        let beginning = BootstrapHandler(bootstrap: bootstrap)
        AuditHandler(audit: audit).register(in: &methods)
        methods.unary(AuthMethod.recordExposures, .anyone, ExposureHandler(exposures: exposures).record)
        methods.unary(AuthMethod.recordRefusals, .anyone, RefusalHandler(refusals: refusals).record)
        methods.unary(AuthMethod.takeTokens, .anyone, RateBucketHandler(buckets: buckets).take)
        methods.unary(
            AuthMethod.operatorAccess, .operatorOnly,
            OperatorHandler(operators: operators, baseURL: keys.baseURL).access)
        methods.unary(AuthMethod.bootstrap, .operatorOnly, beginning.begin)
    }

    private func registerProofs(in methods: inout Methods) {
        let (key, session) = (APIKeyHandler(keys: keys), SessionHandler(sessions: sessions, signOuts: providerSignOuts))
        methods.unary(AuthMethod.authenticateKey, .anyone, key.authenticate)
        methods.unary(AuthMethod.authenticateSession, .anyone, session.authenticate)
        methods.unary(AuthMethod.signIn, .anyone, session.signIn)
        methods.unary(AuthMethod.signOut, .anyone, session.signOut)
        methods.unary(AuthMethod.listSessions, .access, session.list)
        methods.unary(AuthMethod.endSessions, .access, session.end)
    }

    private func registerKeys(in methods: inout Methods) {
        let key = APIKeyHandler(keys: keys)
        methods.unary(AuthMethod.createKey, .access, key.create)
        methods.unary(AuthMethod.listKeys, .access, key.list)
        methods.unary(AuthMethod.revokeKey, .access, key.revoke)
        methods.unary(AuthMethod.replaceKey, .access, key.replace)
        methods.unary(AuthMethod.revokeAllKeys, .access, key.revokeAll)
    }

    private func registerIssued(in methods: inout Methods) {
        let (device, trust) = (DeviceHandler(devices: devices), TrustHandler(trusts: trusts))
        methods.unary(AuthMethod.beginDevice, .anyone, device.begin)
        methods.unary(AuthMethod.lookAtDevice, .access, device.look)
        methods.unary(AuthMethod.decideDevice, .access, device.decide)
        methods.unary(AuthMethod.redeemDevice, .anyone, device.redeem)
        methods.unary(AuthMethod.exchangeToken, .anyone, trust.exchange)
        methods.unary(AuthMethod.createTrust, .access, trust.create)
        methods.unary(AuthMethod.listTrusts, .access, trust.list)
        methods.unary(AuthMethod.deleteTrust, .access, trust.delete)
    }

    private func registerAccounts(in methods: inout Methods) {
        let (account, group) = (AccountHandler(accounts: accounts), GroupHandler(groups: groups))
        let care = CareHandler(accounts: accounts, memberships: memberships)
        methods.unary(AuthMethod.setPasswordByToken, .anyone, account.setPassword)
        methods.unary(AuthMethod.createAccount, .access, account.create)
        methods.unary(AuthMethod.findAccounts, .access, account.find)
        methods.unary(AuthMethod.listAccounts, .access, care.list)
        methods.unary(AuthMethod.setAccountActive, .access, care.setActive)
        methods.unary(AuthMethod.createResetLink, .access, care.createResetLink)
        methods.unary(AuthMethod.createServiceAccount, .access, care.createServiceAccount)
        methods.unary(AuthMethod.createGroup, .access, group.create)
        methods.unary(AuthMethod.changeGroup, .access, group.change)
        methods.unary(AuthMethod.listGroupMembers, .access, group.list)
        methods.unary(AuthMethod.deleteGroup, .access, group.delete)
        methods.unary(AuthMethod.listGroupRoles, .access, group.roles)
    }

    private func registerMembers(in methods: inout Methods) {
        let (grant, role) = (GrantHandler(memberships: memberships), CustomRoleHandler(roles: roles))
        let invitation = InvitationHandler(invitations: invitations)
        let explanation = ExplanationHandler(explanations: explanations)
        methods.unary(AuthMethod.setGrant, .access, grant.set)
        methods.unary(AuthMethod.removeGrant, .access, grant.remove)
        methods.unary(AuthMethod.listMembers, .access, grant.list)
        methods.unary(AuthMethod.invite, .access, invitation.invite)
        methods.unary(AuthMethod.listInvitations, .access, invitation.list)
        methods.unary(AuthMethod.withdrawInvitation, .access, invitation.withdraw)
        methods.unary(AuthMethod.lookAtInvitation, .anyone, invitation.look)
        methods.unary(AuthMethod.acceptInvitation, .anyone, invitation.accept)
        methods.unary(AuthMethod.saveRole, .access, role.save)
        methods.unary(AuthMethod.listRoles, .access, role.list)
        methods.unary(AuthMethod.deleteRole, .access, role.delete)
        methods.unary(AuthMethod.setDenial, .access, role.deny)
        methods.unary(AuthMethod.listDenials, .access, role.denials)
        methods.unary(AuthMethod.explainAccess, .access, explanation.explain)
        methods.unary(AuthMethod.describeAccess, .access, explanation.describe)
    }

    private func registerEntries(in methods: inout Methods) {
        let entry = EntryHandler(entries: entries)
        methods.unary(AuthMethod.enterWorkspace, .access, entry.enter)
        methods.unary(AuthMethod.leaveWorkspace, .access, entry.leave)
        methods.unary(AuthMethod.listEntries, .access, entry.list)
    }

    private func registerFactors(in methods: inout Methods) {
        let proof = ProofHandler(sessions: sessions, policy: accounts.policy)
        let factor = FactorHandler(factors: factors, policies: policies)
        methods.unary(AuthMethod.finishSignIn, .anyone, proof.finish)
        methods.unary(AuthMethod.reauthenticate, .accessOfUnsettled, proof.reauthenticate)
        methods.unary(AuthMethod.changePassword, .access, proof.changePassword)
        methods.unary(AuthMethod.showFactor, .accessOfUnsettled, factor.show)
        methods.unary(AuthMethod.beginFactor, .accessOfUnsettled, factor.begin)
        methods.unary(AuthMethod.confirmFactor, .accessOfUnsettled, factor.confirm)
        methods.unary(AuthMethod.removeFactor, .access, factor.remove)
        methods.unary(AuthMethod.renewRecoveryCodes, .access, factor.renewCodes)
        methods.unary(AuthMethod.showFactorPolicy, .access, factor.showPolicy)
        methods.unary(AuthMethod.dropFactor, .operatorOnly, factor.drop)
        methods.unary(AuthMethod.setFactorPolicy, .access, factor.setPolicy)
    }

    private func registerProvisioning(in methods: inout Methods) {
        let (handler, key) = (
            ProvisioningHandler(provisioning: provisioning), ProvisioningKeyHandler(provisioning: provisioning)
        )
        methods.unary(AuthMethod.listProvisionedUsers, .provisioning, handler.people)
        methods.unary(AuthMethod.saveProvisionedUser, .provisioning, handler.savePerson)
        methods.unary(AuthMethod.deleteProvisionedUser, .provisioning, handler.deletePerson)
        methods.unary(AuthMethod.listProvisionedGroups, .provisioning, handler.groups)
        methods.unary(AuthMethod.saveProvisionedGroup, .provisioning, handler.saveGroup)
        methods.unary(AuthMethod.deleteProvisionedGroup, .provisioning, handler.deleteGroup)
        methods.unary(AuthMethod.createProvisioningKey, .access, key.create)
        methods.unary(AuthMethod.listProvisioningKeys, .access, key.list)
        methods.unary(AuthMethod.replaceProvisioningKey, .access, key.replace)
        methods.unary(AuthMethod.revokeProvisioningKey, .access, key.revoke)
    }

    private func registerProviders(in methods: inout Methods) {
        let handler = ProviderHandler(
            providers: providers, signIns: providerSignIns, resetsByMail: mails.settings != nil)
        let signIn = ProviderSignInHandler(
            signIns: providerSignIns, directories: directorySignIns, providers: providers,
            signOuts: providerSignOuts)
        methods.unary(AuthMethod.listProviders, .access, handler.list)
        methods.unary(AuthMethod.createProvider, .access, handler.create)
        methods.unary(AuthMethod.changeProvider, .access, handler.change)
        methods.unary(AuthMethod.deleteProvider, .access, handler.delete)
        methods.unary(AuthMethod.testProvider, .access, handler.test)
        methods.unary(AuthMethod.offeredProviders, .anyone, handler.offers)
        methods.unary(AuthMethod.beginProviderSignIn, .anyone, signIn.begin)
        methods.unary(AuthMethod.finishProviderSignIn, .anyone, signIn.finish)
        methods.unary(AuthMethod.endProviderSessions, .anyone, signIn.endSessions)
        methods.unary(AuthMethod.signInAtDirectory, .anyone, signIn.signIn)
        methods.unary(AuthMethod.joinDirectory, .access, signIn.join)
        methods.unary(AuthMethod.listIdentities, .access, signIn.identities)
        methods.unary(AuthMethod.removeIdentity, .access, signIn.remove)
    }
}

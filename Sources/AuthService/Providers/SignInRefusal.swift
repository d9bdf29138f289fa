/// Why a sign-in through a provider was refused. The person is told that it was; the audit log, which check said so.
struct SignInRefusal: Error, Equatable {
    enum Check: String, Sendable, CaseIterable {
        case providerUnknown = "provider_unknown"
        case providerError = "provider_error"
        // What the browser has brought.
        case stateUnknown = "state_unknown"
        case stateUsed = "state_used"
        case stateExpired = "state_expired"
        case stateBrowser = "state_browser"
        case stateProvider = "state_provider"
        case issuerParameter = "issuer_parameter"
        case codeMissing = "code_missing"
        case linkSession = "link_session"
        // What the provider says of itself.
        case discoveryUnreachable = "discovery_unreachable"
        case discoveryMalformed = "discovery_malformed"
        case discoveryIssuer = "discovery_issuer"
        case discoveryAddress = "discovery_address"
        case keysUnreachable = "keys_unreachable"
        case keysMalformed = "keys_malformed"
        // What it gives for the code.
        case tokenUnreachable = "token_unreachable"
        case tokenRefused = "token_refused"
        case tokenMalformed = "token_malformed"
        case idTokenMissing = "id_token_missing"
        case idTokenMalformed = "id_token_malformed"
        case idTokenAlgorithm = "id_token_algorithm"
        case idTokenKey = "id_token_key"
        case idTokenSignature = "id_token_signature"
        case idTokenIssuer = "id_token_issuer"
        case idTokenAudience = "id_token_audience"
        case idTokenParty = "id_token_azp"
        case idTokenExpired = "id_token_expired"
        case idTokenTime = "id_token_issued_at"
        case idTokenNonce = "id_token_nonce"
        case logoutTokenKind = "logout_token_kind"
        case logoutTokenUsed = "logout_token_used"
        case userUnreachable = "userinfo_unreachable"
        case userMalformed = "userinfo_malformed"
        case userSubject = "userinfo_subject"
        case subjectMalformed = "subject_malformed"
        case groupsElsewhere = "groups_elsewhere"
        case groupsTooMany = "groups_too_many"
        // What a directory says.
        case directoryUnreachable = "directory_unreachable"
        case directoryUntrusted = "directory_untrusted"
        case directoryNotAdmitted = "directory_not_admitted"
        case directoryNotAnswered = "directory_not_answered"
        case userUnknown = "user_unknown"
        case userAmbiguous = "user_ambiguous"
        case passwordWrong = "password_wrong"
        // What it means here.
        case accountUnknown = "account_unknown"
        case accountInactive = "account_inactive"
        case emailDomain = "email_domain"
        case identityTaken = "identity_taken"
        case claimsDoNotFit = "claims_do_not_fit"
    }

    let check: Check

    init(_ check: Check) {
        self.check = check
    }
}

import Model

extension FailureSamples {
    /// Numbers the cases. It has no `default`, so a new failure does not compile before it is named here, and then has
    /// no sample before one is made.
    static func number(_ failure: KernelFailure) -> Int {
        switch failure {
        case .malformedRequest: 0
        case .requestTimedOut: 1
        case .headTooLarge: 2
        case .bodyTooLarge: 3
        case .codingUnsupported: 4
        case .routeNotFound: 5
        case .methodNotAllowed: 6
        case .credentialMissing: 7
        case .credentialMalformed: 8
        case .credentialUnknown: 9
        case .credentialRevoked: 10
        case .credentialExpired: 11
        case .accountSuspended: 12
        case .accountMismatch: 13
        case .addressNotAllowed: 14
        case .wrongCredentialKind: 15
        case .scopeMissing: 16
        case .domainNotPermitted: 17
        case .credentialContextInvalid: 18
        case .passwordRefused: 19
        case .encryptionRequired: 20
        case .rateLimited: 21
        case .quotaExceeded: 22
        case .planLimitReached: 23
        case .idempotencyKeyInvalid: 24
        case .idempotencyInFlight: 25
        case .idempotencyMismatch: 26
        case .idempotencyOriginalFailed: 27
        case .bodyMalformed: 28
        case .invalid: 29
        case .notFound: 30
        case .alreadyExists: 31
        case .wrongState: 32
        case .busy: 33
        case .selfLockout: 34
        case .featureDisabled: 35
        case .checkFailed: 36
        case .endpointRefused: 37
        case .domainUnknown: 38
        case .domainUnverified: 39
        case .domainPaused: 40
        case .domainBanned: 41
        case .proofNotFound: 42
        case .dnsUnreadable: 43
        case .templateNotPublished: 44
        case .templateIncomplete: 45
        case .templateVariablesMissing: 46
        case .allRecipientsSuppressed: 47
        case .recipientRejected: 48
        case .messageTooLarge: 49
        case .messageMalformed: 50
        case .internalError: 51
        case .overloaded: 52
        case .storageUnavailable: 53
        case .draining: 54
        case .methodUnknown: 55
        }
    }

    /// The highest of the numbers above.
    static let lastNumber = 55
}

public import Model

/// What kinds of negative replies there are: codes with their enhanced status (RFC 5321 §4.2.3, RFC 3463, RFC 5248).
/// Most vendors document none of their own.
public enum SMTPReplyStatus: Sendable, Equatable, CaseIterable {
    case authenticationRequired
    case credentialsInvalid
    case serviceNotAvailable
    case tryLater
    case tooFast
    case quotaExceeded
    case tooManyRecipients
    case recipientSyntax
    case recipientRefused
    case notPermitted
    case contentRefused
    case malformed
    case tooLarge

    public var code: UInt16 {
        switch self {
        case .authenticationRequired: 530
        case .credentialsInvalid: 535
        case .serviceNotAvailable: 421
        case .tryLater, .tooFast: 451
        case .quotaExceeded, .tooManyRecipients: 452
        case .recipientSyntax: 553
        case .recipientRefused, .notPermitted, .contentRefused: 550
        case .malformed: 554
        case .tooLarge: 552
        }
    }

    public var enhanced: (subject: UInt16, detail: UInt16) {
        switch self {
        case .authenticationRequired: (7, 0)
        case .credentialsInvalid: (7, 8)
        case .serviceNotAvailable, .tryLater: (3, 2)
        case .tooFast, .quotaExceeded, .notPermitted: (7, 1)
        case .tooManyRecipients: (5, 3)
        case .recipientSyntax: (1, 3)
        case .recipientRefused: (1, 1)
        case .contentRefused, .malformed: (6, 0)
        case .tooLarge: (3, 4)
        }
    }

    /// What a failure comes to at the place where it meets the client. Exhaustive, so that a new failure has a reply
    /// before it can happen; a dialect that says otherwise switches over those first.
    public static func of(_ failure: KernelFailure, at stage: SMTPStage) -> SMTPReplyStatus {
        switch failure {
        case .encryptionRequired: .authenticationRequired
        case .credentialMissing: stage == .authentication ? .credentialsInvalid : .authenticationRequired
        case .credentialMalformed, .credentialUnknown, .credentialRevoked, .credentialExpired, .accountSuspended,
            .accountMismatch, .passwordRefused:
            .credentialsInvalid
        case .addressNotAllowed: stage == .authentication ? .credentialsInvalid : .notPermitted
        case .wrongCredentialKind, .scopeMissing, .domainNotPermitted, .credentialContextInvalid, .domainUnknown,
            .domainUnverified, .domainPaused, .domainBanned, .idempotencyMismatch, .allRecipientsSuppressed,
            .featureDisabled, .planLimitReached, .selfLockout, .proofNotFound:
            .notPermitted

        case .rateLimited: .tooFast
        case .quotaExceeded: .quotaExceeded

        case .invalid(let fault, rest: _): of(fault, at: stage)
        case .recipientRejected: .recipientRefused
        case .idempotencyKeyInvalid, .idempotencyOriginalFailed, .notFound, .alreadyExists, .wrongState, .checkFailed,
            .templateNotPublished, .templateIncomplete, .templateVariablesMissing:
            .contentRefused
        case .messageTooLarge, .bodyTooLarge, .headTooLarge: .tooLarge
        case .malformedRequest, .bodyMalformed, .codingUnsupported, .routeNotFound, .methodNotAllowed,
            .methodUnknown, .messageMalformed:
            .malformed

        case .idempotencyInFlight, .busy, .endpointRefused, .dnsUnreadable, .internalError, .overloaded,
            .storageUnavailable:
            .tryLater
        case .draining: stage == .connection ? .serviceNotAvailable : .tryLater
        case .requestTimedOut: .serviceNotAvailable
        }
    }

    private static func of(_ fault: FieldFault, at stage: SMTPStage) -> SMTPReplyStatus {
        guard stage == .recipient else { return .contentRefused }
        if case .count = fault.rule { return .tooManyRecipients }
        return .recipientSyntax
    }
}

extension SMTPReply {
    public init(_ status: SMTPReplyStatus, _ text: String) { self.init(status.code, status.enhanced, text) }
}

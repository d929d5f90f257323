import AdapterKit
import Base
import Model

extension SMTPDialect {
    /// The relay: what goes for `POST /v1/send` goes for it, spoken in replies.
    static let posthawk = SMTPDialect(
        greeting: "ESMTP Posthawk", mechanisms: [.plain, .login], credentials: .key(user: nil), requiresTLS: true,
        limits: Limits(
            recipients: PosthawkLimits.recipientsPerMessage, messageBytes: PosthawkLimits.messageBytes),
        requirement: Requirement(anyOf: [Scope.sending]), rateClass: Posthawk.sends, idempotency: nil,
        specialFields: [], interpret: { _, _ in },
        reply: { failure, stage in
            let status = ReplyStatus.of(failure, at: stage)
            return SMTPReply(status.code, status.enhanced, ReplyText.of(failure, at: stage))
        },
        accepted: { acceptance, ids in
            SMTPReply(250, (0, 0), "Ok: queued as \(ids.messages.text(acceptance.message))")
        })
}

/// The words of a reply: those of the API, but for what a mail client's user is helped by, and never what was sent.
private enum ReplyText {
    static func of(_ failure: KernelFailure, at stage: SMTPStage) -> String {
        switch failure {
        case .encryptionRequired: "Must issue a STARTTLS command first"
        case .credentialMissing where stage != .authentication: "Authentication required"
        case .scopeMissing(let shortfall):
            "This API key does not have permission to send. Required scope: \(shortfall.reported)."
        case .domainUnknown, .domainUnverified: "Sender domain is not verified"
        case .domainPaused: "Sender domain is paused"
        case .domainBanned: "Sender domain is banned"
        case .allRecipientsSuppressed: "All recipients are suppressed"
        case .routeNotFound, .methodNotAllowed: "Command not known"
        case .invalid(let fault, rest: _): Sentence.sentence(fault, echoes: false)
        default: Face.of(failure).text
        }
    }
}

/// Codes with their enhanced status (RFC 3463, RFC 5248). The vendor documents none.
private enum ReplyStatus {
    case authenticationRequired
    case credentialsInvalid
    case serviceNotAvailable
    case tryLater
    case limitReached
    case tooManyRecipients
    case recipientSyntax
    case recipientRefused
    case notPermitted
    case contentRefused
    case malformed
    case tooLarge

    var code: UInt16 {
        switch self {
        case .authenticationRequired: 530
        case .credentialsInvalid: 535
        case .serviceNotAvailable: 421
        case .tryLater: 451
        case .limitReached, .tooManyRecipients: 452
        case .recipientSyntax: 553
        case .recipientRefused, .notPermitted, .contentRefused: 550
        case .malformed: 554
        case .tooLarge: 552
        }
    }

    var enhanced: (subject: UInt16, detail: UInt16) {
        switch self {
        case .authenticationRequired: (7, 0)
        case .credentialsInvalid: (7, 8)
        case .serviceNotAvailable, .tryLater: (3, 2)
        case .limitReached, .notPermitted: (7, 1)
        case .tooManyRecipients: (5, 3)
        case .recipientSyntax: (1, 3)
        case .recipientRefused: (1, 1)
        case .contentRefused, .malformed: (6, 0)
        case .tooLarge: (3, 4)
        }
    }

    static func of(_ failure: KernelFailure, at stage: SMTPStage) -> ReplyStatus {
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

        case .rateLimited, .quotaExceeded: .limitReached

        case .invalid(let fault, rest: _): of(fault, at: stage)
        case .recipientRejected: .recipientRefused
        case .idempotencyKeyInvalid, .idempotencyOriginalFailed, .notFound, .alreadyExists, .wrongState, .checkFailed,
            .templateNotPublished, .templateIncomplete, .templateVariablesMissing:
            .contentRefused
        case .messageTooLarge, .bodyTooLarge, .headTooLarge: .tooLarge
        case .malformedRequest, .bodyMalformed, .codingUnsupported, .routeNotFound, .methodNotAllowed,
            .messageMalformed:
            .malformed

        case .idempotencyInFlight, .busy, .endpointRefused, .dnsUnreadable, .internalError, .overloaded,
            .storageUnavailable:
            .tryLater
        case .draining: stage == .connection ? .serviceNotAvailable : .tryLater
        case .requestTimedOut: .serviceNotAvailable
        }
    }

    private static func of(_ fault: FieldFault, at stage: SMTPStage) -> ReplyStatus {
        guard stage == .recipient else { return .contentRefused }
        if case .count = fault.rule { return .tooManyRecipients }
        return .recipientSyntax
    }
}

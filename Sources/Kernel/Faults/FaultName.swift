public import Model

/// The failures that can be asked for, by the names of their cases.
public enum FaultName: String, Sendable, CaseIterable {
    case malformedRequest, requestTimedOut, headTooLarge, bodyTooLarge, codingUnsupported
    case routeNotFound, methodNotAllowed, methodUnknown, credentialMissing, credentialMalformed, credentialUnknown
    case credentialRevoked, credentialExpired, accountSuspended, accountMismatch, addressNotAllowed
    case wrongCredentialKind, scopeMissing, domainNotPermitted, credentialContextInvalid, passwordRefused
    case encryptionRequired, rateLimited, quotaExceeded, planLimitReached, idempotencyKeyInvalid
    case idempotencyInFlight, idempotencyMismatch, idempotencyOriginalFailed, bodyMalformed, invalid
    case notFound, alreadyExists, wrongState, busy, selfLockout
    case featureDisabled, checkFailed, endpointRefused, domainUnknown, domainUnverified
    case domainPaused, domainBanned, proofNotFound, dnsUnreadable, templateNotPublished
    case templateIncomplete, templateVariablesMissing, allRecipientsSuppressed, recipientRejected, messageTooLarge
    case messageMalformed, internalError, overloaded, storageUnavailable, draining

    /// The name of a failure. Without `default`, so that a new failure does not compile before it can be asked for.
    public init(_ failure: KernelFailure) {
        switch failure {
        case .malformedRequest: self = .malformedRequest
        case .requestTimedOut: self = .requestTimedOut
        case .headTooLarge: self = .headTooLarge
        case .bodyTooLarge: self = .bodyTooLarge
        case .codingUnsupported: self = .codingUnsupported
        case .routeNotFound: self = .routeNotFound
        case .methodNotAllowed: self = .methodNotAllowed
        case .methodUnknown: self = .methodUnknown
        case .credentialMissing: self = .credentialMissing
        case .credentialMalformed: self = .credentialMalformed
        case .credentialUnknown: self = .credentialUnknown
        case .credentialRevoked: self = .credentialRevoked
        case .credentialExpired: self = .credentialExpired
        case .accountSuspended: self = .accountSuspended
        case .accountMismatch: self = .accountMismatch
        case .addressNotAllowed: self = .addressNotAllowed
        case .wrongCredentialKind: self = .wrongCredentialKind
        case .scopeMissing: self = .scopeMissing
        case .domainNotPermitted: self = .domainNotPermitted
        case .credentialContextInvalid: self = .credentialContextInvalid
        case .passwordRefused: self = .passwordRefused
        case .encryptionRequired: self = .encryptionRequired
        case .rateLimited: self = .rateLimited
        case .quotaExceeded: self = .quotaExceeded
        case .planLimitReached: self = .planLimitReached
        case .idempotencyKeyInvalid: self = .idempotencyKeyInvalid
        case .idempotencyInFlight: self = .idempotencyInFlight
        case .idempotencyMismatch: self = .idempotencyMismatch
        case .idempotencyOriginalFailed: self = .idempotencyOriginalFailed
        case .bodyMalformed: self = .bodyMalformed
        case .invalid: self = .invalid
        case .notFound: self = .notFound
        case .alreadyExists: self = .alreadyExists
        case .wrongState: self = .wrongState
        case .busy: self = .busy
        case .selfLockout: self = .selfLockout
        case .featureDisabled: self = .featureDisabled
        case .checkFailed: self = .checkFailed
        case .endpointRefused: self = .endpointRefused
        case .domainUnknown: self = .domainUnknown
        case .domainUnverified: self = .domainUnverified
        case .domainPaused: self = .domainPaused
        case .domainBanned: self = .domainBanned
        case .proofNotFound: self = .proofNotFound
        case .dnsUnreadable: self = .dnsUnreadable
        case .templateNotPublished: self = .templateNotPublished
        case .templateIncomplete: self = .templateIncomplete
        case .templateVariablesMissing: self = .templateVariablesMissing
        case .allRecipientsSuppressed: self = .allRecipientsSuppressed
        case .recipientRejected: self = .recipientRejected
        case .messageTooLarge: self = .messageTooLarge
        case .messageMalformed: self = .messageMalformed
        case .internalError: self = .internalError
        case .overloaded: self = .overloaded
        case .storageUnavailable: self = .storageUnavailable
        case .draining: self = .draining
        }
    }

    /// Where a request meets it.
    public var stage: FaultStage {
        switch self {
        case .malformedRequest, .requestTimedOut, .headTooLarge, .bodyTooLarge, .codingUnsupported, .routeNotFound,
            .methodNotAllowed, .methodUnknown:
            .routing
        case .credentialMissing, .credentialMalformed, .credentialUnknown, .credentialRevoked, .credentialExpired,
            .credentialContextInvalid:
            .gate(.credential)
        case .accountSuspended: .gate(.account)
        case .accountMismatch: .gate(.pathAccount)
        case .addressNotAllowed: .gate(.address)
        case .rateLimited: .gate(.rate)
        case .wrongCredentialKind: .gate(.kind)
        case .scopeMissing: .gate(.scope)
        default: .handling
        }
    }
}

/// A place on a request's way at which faults are raised.
public enum FaultStage: Sendable, Hashable {
    /// Before the gate.
    case routing
    /// At a step of the gate; where the personality's gate does not have it, or the route needs no key, after the gate.
    case gate(GateStep)
    /// After the gate, in place of the handler.
    case handling
}

public import Base

/// Everything that can go wrong for a caller, once, for all dialects.
///
/// Closed: an adapter's `Errors` file switches over it without `default`, so a new case does not compile until every
/// dialect has its faces for it. The payloads are values, never text for a reader, and what a caller sent is
/// `UserData`, which the log refuses. No HTTP or SMTP number is known here.
public enum KernelFailure: Error, Sendable, Equatable {
    // A. Transport and routing
    /// The bytes are not a request; the connection closes.
    case malformedRequest(MalformedPart)
    case requestTimedOut
    case headTooLarge(limitBytes: Int)
    case bodyTooLarge(limitBytes: Int)
    /// A content or transfer coding that is not spoken here.
    case codingUnsupported
    case routeNotFound(method: UserData, path: UserData)
    case methodNotAllowed(method: UserData, path: UserData, allowed: [String])
    /// No method that is known here (RFC 9110 §9.1), whatever the path.
    case methodUnknown(method: UserData)

    // B. Credentials
    case credentialMissing
    case credentialMalformed(CredentialFault)
    case credentialUnknown
    case credentialRevoked(at: Instant)
    case credentialExpired(at: Instant)
    case accountSuspended
    /// The account that the path names is not the key's.
    case accountMismatch
    /// nil: the client is on a local socket and has no address.
    case addressNotAllowed(IPAddress?)
    case wrongCredentialKind(has: AccessKey.Kind, needs: [AccessKey.Kind])
    case scopeMissing(ScopeShortfall)
    /// The action, by its scope, is held, but not for this domain; nil: for none at all. An action of nil: the key is
    /// bound to its domains whatever it does.
    case domainNotPermitted(domain: String?, action: String?)
    case credentialContextInvalid
    case passwordRefused
    /// SMTP before STARTTLS.
    case encryptionRequired

    // C. Limits
    case rateLimited(WindowState)
    case quotaExceeded(QuotaState)
    case planLimitReached(Resource, current: Int, maximum: Int, plan: String)

    // D. Idempotency
    case idempotencyKeyInvalid(limitBytes: Int)
    case idempotencyInFlight(retryAfter: Duration)
    case idempotencyMismatch
    case idempotencyOriginalFailed

    // E. Request content
    /// Not JSON, or not the top-level type due.
    case bodyMalformed
    /// The first fault decides; some dialects list the rest.
    case invalid(FieldFault, rest: [FieldFault])

    // F. Resources
    case notFound(Resource)
    case alreadyExists(Resource, field: String)
    case wrongState(Resource, state: ResourceState, operation: Operation)
    case busy(Resource, retryAfter: Duration)
    case selfLockout
    case featureDisabled(Feature)
    /// A business check that ran and said no; `reason` and `facts` are the adapter's own words.
    case checkFailed(Resource, reason: String, facts: [Fact])
    /// A synchronous test delivery failed.
    case endpointRefused(AttemptResult)

    // G. Domains and sending
    case domainUnknown(UserData, role: DomainRole)
    case domainUnverified(UserData, role: DomainRole)
    case domainPaused(UserData)
    case domainBanned(UserData)
    case proofNotFound(domain: UserData, record: DNSRecord)
    case dnsUnreadable(name: UserData)
    case templateNotPublished
    case templateIncomplete(TemplateGap)
    case templateVariablesMissing([MissingVariables])
    case allRecipientsSuppressed([UserData])
    case recipientRejected(UserData, RejectReason)
    case messageTooLarge(limitBytes: Int)
    case messageMalformed

    // H. The server itself
    /// Ours to mend; `incident` stands in the log too.
    case internalError(incident: String)
    /// The writer's queue or memory is full.
    case overloaded(retryAfter: Duration)
    /// Disk full, or a sync that failed.
    case storageUnavailable
    case draining
}

extension KernelFailure {
    /// Whether the same request may succeed later without a change.
    public var isTemporary: Bool {
        switch self {
        case .requestTimedOut, .rateLimited, .quotaExceeded, .idempotencyInFlight, .busy, .dnsUnreadable,
            .internalError, .overloaded, .storageUnavailable, .draining, .endpointRefused:
            true
        default: false
        }
    }

    /// What is to be found in the log, of a failure that is ours to mend: a sentence of this program's own.
    public var incident: OperatorText? {
        if case .internalError(let incident) = self { OperatorText(incident) } else { nil }
    }

    /// One fault, and none beside it.
    public static func invalid(_ fault: FieldFault) -> KernelFailure { .invalid(fault, rest: []) }
}

import AdapterKit
import Base
import Model

/// A failure in this dialect: a status, a code that programs branch on, and a sentence for people.
struct Face: Equatable {
    var status: ErrorStatus
    var code: String
    var text: String
    /// How long the client is asked to wait.
    var retryAfter: Duration?

    /// `code`: nil for the one that goes with the status.
    init(_ status: ErrorStatus, _ text: String, code: String? = nil, retryAfter: Duration? = nil) {
        self.status = status
        self.code = code ?? status.code
        self.text = text
        self.retryAfter = retryAfter
    }

    /// The whole answer.
    var answer: Answer {
        var fields: [AnswerField] = []
        // RFC 9110 §15.5.2: a 401 names the scheme that would do.
        if status == .unauthorized { fields.append(AnswerField("WWW-Authenticate", "Bearer")) }
        if let retryAfter { fields.append(AnswerField("Retry-After", String(max(retryAfter.secondsRoundedUp, 1)))) }
        return Answer(status: status.rawValue, fields: fields, body: JSONWriter.value(self))
    }
}

extension Face: JSONWritable {
    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { face in
            face.member("error", text)
            face.member("code", code)
        }
    }
}

/// The vendor's table of statuses, and what it leaves to HTTP.
enum ErrorStatus: Int, CaseIterable {
    case badRequest = 400
    case unauthorized = 401
    case forbidden = 403
    case notFound = 404
    case requestTimeout = 408
    case conflict = 409
    case contentTooLarge = 413
    case unsupportedMediaType = 415
    case unprocessable = 422
    case tooManyRequests = 429
    case headTooLarge = 431
    case internalError = 500
    case notImplemented = 501
    case unavailable = 503

    /// Not the client's fault: the same request may succeed later.
    var isServerError: Bool { rawValue >= 500 }

    var code: String {
        switch self {
        case .badRequest, .requestTimeout, .contentTooLarge, .unsupportedMediaType, .headTooLarge: "invalid_request"
        case .unauthorized: "unauthorized"
        case .forbidden: "forbidden"
        case .notFound: "not_found"
        case .conflict: "conflict"
        case .unprocessable: "unprocessable_entity"
        case .tooManyRequests: "rate_limit_exceeded"
        case .internalError: "internal_error"
        case .notImplemented: "not_implemented"
        case .unavailable: "service_unavailable"
        }
    }
}

// MARK: From the kernel's failures

extension Face {
    /// The face of every failure, of a whole answer and of an element in a batch alike.
    static func of(_ failure: KernelFailure) -> Face {
        switch failure {
        case .malformedRequest: Face(.badRequest, "Malformed request")
        case .requestTimedOut: Face(.requestTimeout, "Request timed out")
        case .headTooLarge: Face(.headTooLarge, "Request header too large")
        case .bodyTooLarge: Face(.contentTooLarge, "Request body too large")
        case .codingUnsupported: Face(.unsupportedMediaType, "Unsupported encoding")
        // The vendor's page knows no 405.
        case .routeNotFound, .methodNotAllowed: Face(.notFound, "Not found")
        case .methodUnknown: Face(.notImplemented, "Method not implemented")

        case .credentialMissing, .credentialMalformed, .credentialUnknown, .credentialRevoked, .credentialExpired:
            Face(.unauthorized, "Invalid API key")
        case .accountSuspended: Face(.forbidden, "Account is suspended")
        case .accountMismatch, .addressNotAllowed, .wrongCredentialKind, .scopeMissing, .domainNotPermitted:
            Face(.forbidden, "API key does not have permission")
        case .passwordRefused: Face(.forbidden, "Wrong password")
        case .encryptionRequired: Face(.forbidden, "Encryption required")

        case .rateLimited(let window):
            Face(.tooManyRequests, "Rate limit exceeded. Please try again later.", retryAfter: window.retryAfter)
        case .quotaExceeded(let quota): of(quota)
        case .planLimitReached: Face(.unprocessable, "Plan limit reached")

        case .idempotencyKeyInvalid(let limit): Face(.unprocessable, "Idempotency key longer than \(limit) bytes")
        case .idempotencyInFlight: Face(.conflict, "Idempotency key in use by another request")
        case .idempotencyMismatch: Face(.unprocessable, "Idempotency key already used with a different payload")
        case .idempotencyOriginalFailed: Face(.conflict, "The first request with this idempotency key failed")

        case .bodyMalformed: Face(.badRequest, "Invalid JSON body")
        case .invalid(let first, rest: _): of(first)

        case .notFound(let resource): Face(.notFound, "\(name(resource)) not found")
        case .alreadyExists(let resource, field: _): Face(.conflict, "\(name(resource)) already exists")
        case .wrongState(let resource, state: _, let operation):
            Face(.unprocessable, "\(name(resource)) can no longer be \(operation.participle)")
        case .busy(let resource, let delay): Face(.unavailable, "\(name(resource)) is busy", retryAfter: delay)
        case .selfLockout: Face(.conflict, "API key cannot lock itself out")
        case .featureDisabled(.unserved): Face(.notFound, "Not found: not served by this server")
        case .featureDisabled: Face(.notFound, "Not found")
        case .checkFailed(_, let reason, facts: _): Face(.conflict, reason)
        case .endpointRefused: Face(.conflict, "Endpoint refused the request")

        case .domainUnknown: Face(.notFound, "Domain not found")
        case .domainUnverified: Face(.unprocessable, "Domain not verified")
        case .domainPaused: Face(.unprocessable, "Domain is paused")
        case .domainBanned: Face(.unprocessable, "Domain is banned")
        case .proofNotFound: Face(.conflict, "DNS record not found")
        case .dnsUnreadable: Face(.unavailable, "DNS could not be read", retryAfter: PostStackLimits.retryAfter)
        case .templateNotPublished: Face(.unprocessable, "Template not published")
        case .templateIncomplete: Face(.unprocessable, "Template is incomplete")
        case .templateVariablesMissing: Face(.unprocessable, "Missing template variables")
        case .allRecipientsSuppressed: Face(.unprocessable, "All recipients are suppressed")
        case .recipientRejected: Face(.unprocessable, "Recipient rejected")
        case .messageTooLarge: Face(.unprocessable, "Email too large")
        case .messageMalformed: Face(.unprocessable, "Malformed email")

        case .credentialContextInvalid, .internalError: Face(.internalError, "Internal server error")
        case .overloaded(let delay): Face(.unavailable, "Service unavailable", retryAfter: delay)
        case .storageUnavailable, .draining:
            Face(.unavailable, "Service unavailable", retryAfter: PostStackLimits.retryAfter)
        }
    }

    /// No `Retry-After`: clients would repeat a request that cannot succeed for hours.
    private static func of(_ quota: QuotaState) -> Face {
        switch quota.period {
        case .day: Face(.tooManyRequests, "Daily email limit reached.", code: "daily_limit_exceeded")
        case .month:
            Face(.tooManyRequests, "Monthly email limit reached. Upgrade your plan.", code: "monthly_limit_exceeded")
        case .send: Face(.tooManyRequests, "Send limit reached.", code: "send_limit_exceeded")
        case .credit: Face(.tooManyRequests, "Email quota exceeded.", code: "quota_exceeded")
        }
    }

    /// 400 for what is absent or of another type, 422 for what has the right form and a wrong value.
    private static func of(_ fault: FieldFault) -> Face {
        switch fault.rule {
        case .missing: Face(.badRequest, "Missing required field: \(fault.field)")
        case .wrongType: Face(.badRequest, "Invalid type: \(fault.field)")
        case .unknownMember: Face(.badRequest, "Unknown field: \(fault.field)")
        case .exclusive(let other): Face(.badRequest, "\(fault.field) cannot be combined with \(other)")
        case .requires(let other): Face(.badRequest, "\(fault.field) requires \(other)")
        case .cursor, .decimal: Face(.badRequest, "Invalid value: \(fault.field)")
        case .email: Face(.unprocessable, "Invalid email address")
        case .count where fault.field == "emails": Face(.unprocessable, "Batch size exceeds limit")
        case .count: Face(.unprocessable, "Too many items: \(fault.field)")
        case .forbidden: Face(.unprocessable, "Field not allowed: \(fault.field)")
        case .length: Face(.unprocessable, "Invalid length: \(fault.field)")
        case .size: Face(.unprocessable, "Too large: \(fault.field)")
        case .timestamp, .future: Face(.unprocessable, "Invalid date: \(fault.field)")
        case .base64: Face(.unprocessable, "Invalid base64: \(fault.field)")
        case .headerName, .headerValue: Face(.unprocessable, "Invalid header: \(fault.field)")
        // The vendor never validates the form of an id.
        case .identifier(let resource): of(KernelFailure.notFound(resource))
        case .publicAddress:
            Face(.unprocessable, "Invalid value: \(fault.field) (it must lead to a public address)")
        case .url, .scheme, .domainName, .timezone, .boolean, .integer, .range, .oneOf, .cidr,
            .scopeName, .key, .nothingToChange, .locked, .eventName:
            Face(.unprocessable, "Invalid value: \(fault.field)")
        }
    }
}

// MARK: Words

extension Face {
    private static func name(_ resource: Resource) -> String {
        if case .scheduled = resource { Resource.message.title } else { resource.title }
    }
}

import AdapterKit
import Base
import Model

/// A failure in this dialect: a status, a sentence, and sometimes more about it.
struct Face: Equatable {
    var status: ErrorStatus
    var text: String
    var detail: String?
    /// How long the client is asked to wait.
    var retryAfter: Duration?
    /// The methods that the path has.
    var allowed: [String] = []
    /// The domain whose verification goes on; it stands before the error.
    var pendingDomain: String?

    init(_ status: ErrorStatus, _ text: String, detail: String? = nil, retryAfter: Duration? = nil) {
        self.status = status
        self.text = text
        self.detail = detail
        self.retryAfter = retryAfter
    }

    /// The whole answer.
    var answer: Answer {
        var fields: [AnswerField] = []
        // RFC 9110 §15.5.2: a 401 names the scheme that would do.
        if status == .unauthorized { fields.append(AnswerField("WWW-Authenticate", "Bearer")) }
        if !allowed.isEmpty { fields.append(AnswerField("Allow", allowed.joined(separator: ", "))) }
        if let retryAfter { fields.append(AnswerField("Retry-After", String(max(retryAfter.secondsRoundedUp, 1)))) }
        return Answer(status: status.rawValue, fields: fields, body: JSONWriter.value(self))
    }
}

extension Face: JSONWritable {
    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { face in
            if let pendingDomain {
                face.member("domain", pendingDomain)
                face.constants(#""status":"pending""#)
            }
            face.member("error", text)
            face.memberIfPresent("detail", detail)
        }
    }
}

/// The vendor's table of statuses, and what it leaves to HTTP.
enum ErrorStatus: Int, CaseIterable {
    case badRequest = 400
    case unauthorized = 401
    case forbidden = 403
    case notFound = 404
    case methodNotAllowed = 405
    case requestTimeout = 408
    case conflict = 409
    case unsupportedMediaType = 415
    case tooManyRequests = 429
    case headTooLarge = 431
    case internalError = 500
    case notImplemented = 501
    case unavailable = 503
}

// MARK: From the kernel's failures

extension Face {
    /// The one face of every failure: this dialect has no batches and no SMTP.
    static func of(_ failure: KernelFailure) -> Face {
        switch failure {
        case .malformedRequest: Face(.badRequest, "malformed request")
        case .requestTimedOut: Face(.requestTimeout, "request timeout")
        case .headTooLarge: Face(.headTooLarge, "request header is too large")
        case .bodyTooLarge: Face(.badRequest, "request body is too large")
        case .codingUnsupported: Face(.unsupportedMediaType, "unsupported encoding")
        case .routeNotFound, .featureDisabled: notFound
        case .methodNotAllowed(_, _, let allowed): methodNotAllowed(allowed)
        case .methodUnknown: Face(.notImplemented, "method not implemented")

        case .credentialMissing, .credentialMalformed, .credentialUnknown, .credentialRevoked, .credentialExpired:
            unauthorized()
        case .accountSuspended: unauthorized("account is suspended")
        case .addressNotAllowed: unauthorized("client address is not allowed for this key")
        case .accountMismatch, .wrongCredentialKind, .scopeMissing, .passwordRefused, .encryptionRequired: forbidden
        case .domainNotPermitted(let domain, action: _):
            Face(.forbidden, "forbidden", detail: domain.map { "this API key may not send to \($0)" })
        case .credentialContextInvalid, .internalError: Face(.internalError, "internal error")

        case .rateLimited(let window):
            Face(.tooManyRequests, "rate limit exceeded", retryAfter: window.retryAfter)
        case .quotaExceeded: Face(.tooManyRequests, "quota exceeded")
        case .planLimitReached: Face(.forbidden, "plan limit reached")

        case .idempotencyKeyInvalid(let limit): Face(.badRequest, "idempotency_key is longer than \(limit) bytes")
        case .idempotencyInFlight: Face(.conflict, "idempotency key is in use by another request")
        case .idempotencyMismatch: Face(.conflict, "idempotency key was used with another request")
        case .idempotencyOriginalFailed: Face(.conflict, "the first request with this idempotency key failed")

        case .bodyMalformed: Face(.badRequest, "invalid JSON body")
        case .invalid(let first, rest: _): of(first)

        case .notFound: notFound
        case .alreadyExists(let resource, field: _): Face(.conflict, "\(name(resource)) already exists")
        case .wrongState(let resource, state: _, let operation):
            Face(.conflict, "\(name(resource)) can no longer be \(participle(operation))")
        case .busy(let resource, let delay): Face(.unavailable, "\(name(resource)) is busy", retryAfter: delay)
        case .selfLockout: Face(.conflict, "API key cannot lock itself out")
        case .checkFailed(_, let reason, facts: _): Face(.conflict, reason)
        case .endpointRefused: Face(.conflict, "target refused the request")

        case .domainUnknown(_, role: .managed): notFound
        case .domainUnknown(let host, _), .domainUnverified(let host, _): unverified(host.text)
        case .domainPaused: Face(.forbidden, "domain is paused")
        case .domainBanned: Face(.badRequest, "domain is banned")
        case .proofNotFound(let domain, let record):
            pending(domain.text, "Add the TXT record at \(record.name) and try again.")
        case .dnsUnreadable(let name):
            pending(
                name.text, "DNS could not be read. The record may be there all the same: try again.")
        case .templateNotPublished, .templateIncomplete, .templateVariablesMissing, .allRecipientsSuppressed,
            .recipientRejected:
            Face(.badRequest, "message cannot be sent")
        case .messageTooLarge: Face(.badRequest, "request body is too large")
        case .messageMalformed: Face(.badRequest, "malformed request")

        case .overloaded(let delay): Face(.unavailable, "service unavailable", retryAfter: delay)
        case .storageUnavailable, .draining:
            Face(.unavailable, "service unavailable", retryAfter: HarepostLimits.retryAfter)
        }
    }

    private static let notFound = Face(.notFound, "not found")
    private static let forbidden = Face(.forbidden, "forbidden")

    private static func unauthorized(_ detail: String? = nil) -> Face {
        Face(.unauthorized, "missing or invalid API key", detail: detail)
    }

    private static func methodNotAllowed(_ allowed: [String]) -> Face {
        var face = Face(.methodNotAllowed, "method not allowed")
        face.allowed = allowed
        return face
    }

    /// The vendor's sentence, and its detail's beginning, which names the host.
    private static func unverified(_ host: String) -> Face {
        Face(
            .forbidden, "destination domain is not verified",
            detail: """
                Verify \(host) before sending to it: add the domain with POST /v1/domains, publish the TXT record it \
                returns, then call POST /v1/domains/verify.
                """)
    }

    private static func pending(_ domain: String, _ detail: String) -> Face {
        var face = Face(.conflict, "TXT record not found", detail: detail)
        face.pendingDomain = domain
        return face
    }

    /// What cannot name anything is as absent as what names nothing.
    private static func of(_ fault: FieldFault) -> Face {
        if case .identifier = fault.rule { return notFound }
        return Face(.badRequest, sentence(fault))
    }

    private static func sentence(_ fault: FieldFault) -> String {
        let field = fault.field
        return switch fault.rule {
        case .missing: "\(field) is required"
        case .wrongType: "\(field) has the wrong type"
        case .unknownMember: "\(field) is not known"
        case .exclusive(let other): "\(field) cannot be combined with \(other)"
        case .requires(let other): "\(field) requires \(other)"
        case .forbidden: "\(field) is not allowed"
        case .email: "invalid email"
        case .url: "\(field) must be an absolute URL"
        case .scheme(let allowed): "\(field) must be \(allowed.joined(separator: " or "))"
        case .publicAddress: "\(field) resolves to a private or non-routable address"
        case .domainName: "invalid domain"
        case .oneOf where fault.location == .body: "\(field) is not allowed"
        case .length(let maximum): "\(field) is longer than \(maximum) bytes"
        case .size(let maximum): "\(field) is larger than \(maximum) bytes"
        case .count(_, let maximum): "\(field) has more than \(maximum) members"
        case .identifier: "not found"
        case .cursor: "invalid cursor"
        case .headerName: "\(field) has an invalid name"
        case .headerValue: "\(field) has an invalid value"
        case .nothingToChange: "nothing to change"
        case .oneOf, .timestamp, .future, .timezone, .boolean, .integer, .range, .decimal, .base64, .cidr, .scopeName,
            .eventName, .key, .locked:
            "invalid \(field)"
        }
    }
}

// MARK: Words

extension Face {
    private static func name(_ resource: Resource) -> String {
        switch resource {
        case .account, .subAccount: "account"
        case .key: "API key"
        case .domain: "domain"
        case .delivery, .message, .scheduled: "delivery"
        case .job: "job"
        case .template, .templateDraft, .templateVersion: "template"
        case .contact: "contact"
        case .list: "list"
        case .segment: "segment"
        case .topic: "topic"
        case .broadcast: "broadcast"
        case .suppression: "suppression"
        case .webhook: "webhook"
        case .route: "route"
        case .smtpCredential: "credential"
        case .member: "member"
        case .record(let collection): collection
        }
    }

    private static func participle(_ operation: Operation) -> String {
        operation == .send ? "replayed" : operation.participle
    }
}

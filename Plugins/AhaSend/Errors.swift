import AdapterKit
import Base
import Model

/// A failure in this dialect: a status and one sentence. There is no machine code: clients go by the status.
struct Face: Equatable {
    var status: ErrorStatus
    var text: String
    /// How long the client is asked to wait.
    var retryAfter: Duration?
    /// The methods that the path has.
    var allowed: [String] = []

    init(_ status: ErrorStatus, _ text: String, retryAfter: Duration? = nil) {
        self.status = status
        self.text = text
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
    func write(to slot: consuming JSONSlot) -> JSONFilledSlot { slot.object { $0.member("message", text) } }
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
    case preconditionFailed = 412
    case contentTooLarge = 413
    case unsupportedMediaType = 415
    case unprocessable = 422
    case tooManyRequests = 429
    case headTooLarge = 431
    case internalError = 500
    case notImplemented = 501
    case unavailable = 503
}

// MARK: From the kernel's failures

extension Face {
    /// The face of every failure.
    static func of(_ failure: KernelFailure) -> Face {
        switch failure {
        case .malformedRequest: Face(.badRequest, "invalid request")
        case .requestTimedOut: Face(.requestTimeout, "request timeout")
        case .headTooLarge: Face(.headTooLarge, "request header too large")
        case .bodyTooLarge, .messageTooLarge: Face(.contentTooLarge, "request body too large")
        case .codingUnsupported: Face(.unsupportedMediaType, "unsupported content encoding")
        case .routeNotFound: Face(.notFound, "not found")
        case .methodNotAllowed(_, _, let allowed): methodNotAllowed(allowed)
        case .methodUnknown: Face(.notImplemented, "method not implemented")

        case .credentialMissing, .credentialMalformed(.scheme):
            Face(.unauthorized, "Missing or malformed bearer token")
        case .credentialMalformed(.form), .credentialUnknown, .credentialRevoked, .credentialExpired,
            .accountMismatch, .wrongCredentialKind:
            Face(.unauthorized, "Invalid API key")
        case .accountSuspended: Face(.unauthorized, "Account is suspended")
        case .addressNotAllowed: Face(.forbidden, "client address is not allowed for this api key")
        case .scopeMissing(let shortfall): scopeMissing(shortfall.reported)
        case .domainNotPermitted(let domain, let action): domainNotPermitted(domain, action)
        case .credentialContextInvalid: Face(.forbidden, "invalid api key context")
        case .passwordRefused: Face(.unauthorized, "invalid password")
        case .encryptionRequired: Face(.forbidden, "encryption required")

        case .rateLimited: Face(.tooManyRequests, "Rate limit exceeded", retryAfter: AhaSendLimits.rateRetryAfter)
        case .quotaExceeded: Face(.forbidden, "account is out of credit")
        case .planLimitReached(let resource, _, _, _): Face(.forbidden, "\(name(resource)) limit reached")

        case .idempotencyKeyInvalid(let limit):
            Face(.badRequest, "idempotency key must have at most \(limit) characters")
        case .idempotencyInFlight(let delay):
            Face(.conflict, "A request with this idempotency key is already in progress", retryAfter: delay)
        case .idempotencyMismatch:
            Face(.unprocessable, "idempotency key was already used with a different request payload")
        case .idempotencyOriginalFailed:
            Face(
                .preconditionFailed,
                "The original request with this idempotency key failed and cannot be retried")

        case .bodyMalformed: Face(.badRequest, "invalid request body")
        case .invalid(let first, rest: _): Face(.badRequest, sentence(first))

        case .notFound(let resource): Face(.notFound, "\(name(resource)) not found")
        case .alreadyExists(let resource, field: _): Face(.conflict, "\(name(resource)) already exists")
        case .wrongState(.message, state: _, .cancel): Face(.badRequest, "message cannot be cancelled")
        case .wrongState(let resource, state: _, let operation):
            Face(.conflict, "\(name(resource)) can no longer be \(participle(operation))")
        case .busy(let resource, let delay):
            Face(
                .unavailable, "\(name(resource)) is being changed by another request, try again", retryAfter: delay)
        case .selfLockout: Face(.conflict, "ip_allow_list would exclude the address of this request")
        case .featureDisabled(.unserved): Face(.notFound, "not found: not served by this server")
        case .featureDisabled: Face(.forbidden, "feature is disabled")
        case .checkFailed(_, let reason, facts: _): Face(.conflict, reason)
        case .endpointRefused: Face(.conflict, "endpoint refused the request")

        case .domainUnknown(_, role: .managed): Face(.notFound, "domain not found")
        case .domainUnknown, .domainUnverified: Face(.badRequest, "sender domain is not verified")
        case .domainPaused(let domain):
            Face(
                .forbidden,
                "Sending from domain '\(domain.text)' is paused. Check your dashboard for the reason.")
        case .domainBanned:
            Face(
                .badRequest,
                "domain is banned to protect our network from abuse and spammers. "
                    + "if you think this is an error please contact support")
        case .proofNotFound: Face(.conflict, "dns record not found")
        case .dnsUnreadable:
            Face(.unavailable, "dns could not be read, try again", retryAfter: AhaSendLimits.retryAfter)
        case .templateNotPublished: Face(.badRequest, "template has no published content, design it and publish it")
        case .templateIncomplete(let gap): Face(.badRequest, sentence(gap))
        case .templateVariablesMissing(let missing): Face(.badRequest, sentence(missing))
        case .allRecipientsSuppressed: Face(.badRequest, "all recipients are suppressed")
        case .recipientRejected(_, .disposable): Face(.badRequest, "recipient domain is toxic or tempmail")
        case .recipientRejected(_, .mistyped): Face(.badRequest, "recipient domain has a common typo")
        case .messageMalformed: Face(.badRequest, "message is malformed")

        case .internalError: Face(.internalError, "Internal server error")
        case .overloaded, .storageUnavailable, .draining:
            Face(.internalError, "internal server error, please try again later")
        }
    }

    private static func methodNotAllowed(_ allowed: [String]) -> Face {
        var face = Face(.methodNotAllowed, "method not allowed")
        face.allowed = allowed
        return face
    }

    /// Of the families, the vendor's page has a sentence of its own for one.
    private static func scopeMissing(_ action: String?) -> Face {
        Face(
            .forbidden,
            action == Action.readWebhooks
                ? "api key does not have sufficient permissions to read webhooks"
                : "Insufficient permissions for the required scope")
    }

    /// An action of nil: the key is bound to its domains whatever it does, which this dialect has of messages alone.
    private static func domainNotPermitted(_ domain: String?, _ action: String?) -> Face {
        switch action {
        case nil, Action.sendMessages, Action.readMessages, Action.cancelMessages:
            domain == nil && action == Action.sendMessages
                ? Face(.forbidden, "this api key is not authorized to send messages")
                : Face(.forbidden, "sender domain not found in api key scopes")
        default: scopeMissing(action)
        }
    }
}

// MARK: Fields

extension Face {
    private static func sentence(_ fault: FieldFault) -> String {
        let field = fault.field
        return switch fault.rule {
        case .missing where fault.location == .body: bodyGap(field)
        case .wrongType where fault.location == .body: "invalid request body"
        case .missing: "\(field) is required"
        case .wrongType, .integer, .timezone, .decimal, .eventName, .identifier: "invalid \(field)"
        case .unknownMember: "\(field) is not a known property"
        case .forbidden(let reason): "\(field) is not accepted: \(reason)"
        case .exclusive(let other): "\(field) cannot be used together with \(other)"
        case .requires(let other): "\(field) requires \(other)"
        case .email: "invalid \(field), provide a valid email address"
        case .url: "invalid \(field), provide a valid http or https URL"
        case .scheme(let allowed): "\(field) must be \(allowed.joined(separator: " or "))"
        case .publicAddress: "\(field) must have a public address"
        case .domainName: "invalid domain name, please provider a valid fully qualified domain name."
        case .timestamp: "invalid \(field), provide a valid RFC3339 time string"
        case .future(let maximum): "\(field) must be in the future and at most \(days(maximum)) days ahead"
        case .boolean: "invalid \(field), provide true or false"
        case .range(let minimum, let maximum): "\(field) must be between \(minimum) and \(maximum)"
        case .length(let maximum): "\(field) must have between 1 and \(maximum) characters"
        case .count(let minimum, let maximum): "\(field) must have between \(minimum) and \(maximum) items"
        case .size(let maximum): "\(field) must have at most \(maximum) bytes"
        case .oneOf(let words): "invalid \(field), provide one of \(words.joined(separator: ", "))"
        case .cursor: "invalid \(field) cursor"
        case .headerName: "\(field) has an invalid header name"
        case .headerValue: "\(field) must be one line of text"
        case .base64: "\(field) is not valid base64"
        case .cidr: "invalid \(field), provide IP addresses or CIDR blocks that do not cover every address"
        case .scopeName: "invalid scope: \(fault.value?.text ?? "")"
        case .key: "invalid dkim_private_key, provide an RSA private key of at least 1024 bits in PEM"
        case .nothingToChange: "nothing to update"
        case .locked: "\(field) is locked"
        }
    }

    /// The vendor says of the content what is missing, of all other members that the body is invalid.
    private static func bodyGap(_ field: String) -> String {
        field == "text_content" ? "Either text_content or html_content is required" : "invalid request body"
    }

    private static func days(_ duration: Duration) -> Int64 { duration.secondsRoundedUp / 86_400 }

    private static func sentence(_ gap: TemplateGap) -> String {
        switch gap {
        case .sender: "from is required because the template has no default sender"
        case .senderInvalid:
            "the template's default sender or reply-to is not valid, edit it on the template page and publish it"
        case .subject: "the template has no subject, publish one on the template page or pass subject"
        case .unrenderable:
            "template's published design holds a {{, {% or {# that cannot be rendered, fix it and publish it"
        }
    }

    private static func sentence(_ missing: [MissingVariables]) -> String {
        let needs = missing.map { "\($0.recipient.text) needs \($0.names.joined(separator: ", "))" }
        return "missing required template variables: \(needs.joined(separator: "; "))"
    }
}

// MARK: Words

extension Face {
    private static func name(_ resource: Resource) -> String {
        switch resource {
        case .account: "account"
        case .key: "api key"
        case .domain: "domain"
        case .message, .scheduled: "message"
        case .job: "job"
        case .template: "template"
        case .templateDraft: "template draft"
        case .templateVersion: "template version"
        case .contact: "contact"
        case .list: "list"
        case .segment: "segment"
        case .topic: "topic"
        case .broadcast: "broadcast"
        case .suppression: "suppression"
        case .webhook: "webhook"
        case .delivery: "delivery"
        case .route: "route"
        case .smtpCredential: "smtp credential"
        case .member: "member"
        case .subAccount: "sub account"
        case .record(let collection): collection
        }
    }

    private static func participle(_ operation: Operation) -> String {
        switch operation {
        case .cancel: "cancelled"
        case .reschedule: "rescheduled"
        case .edit: "edited"
        case .publish: "published"
        case .send: "sent"
        case .verify: "verified"
        case .rotate: "rotated"
        case .activate: "activated"
        case .remove: "removed"
        }
    }
}

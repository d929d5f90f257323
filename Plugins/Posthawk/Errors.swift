import AdapterKit
import Base
import Model

/// A failure in this dialect: a status, a sentence, and the word that goes with it.
struct Face: Equatable {
    var status: ErrorStatus
    var text: String
    var error: String
    /// How long the client is asked to wait.
    var retryAfter: Duration?
    /// What stands behind the three members that all have.
    var more: More?

    enum More: Equatable {
        /// All faults of the request, where there are several.
        case details([String])
        case window(resetAt: Instant, seconds: Int64)
        case missing([String])
        case scope(ScopeShortfall)
        case plan(current: Int, maximum: Int, plan: String, limit: String)
    }

    /// `error`: nil for the word that goes with the status.
    init(
        _ status: ErrorStatus, _ text: String, error: String? = nil, retryAfter: Duration? = nil, more: More? = nil
    ) {
        self.status = status
        self.text = text
        self.error = error ?? status.word
        self.retryAfter = retryAfter
        self.more = more
    }

    /// The whole answer.
    var answer: Answer {
        var fields: [AnswerField] = []
        // RFC 9110 §15.5.2: a 401 names the scheme that would do.
        if status == .unauthorized { fields.append(AnswerField("WWW-Authenticate", "Bearer")) }
        if let retryAfter {
            let seconds = min(retryAfter, PosthawkLimits.retryAfterMax).secondsRoundedUp
            fields.append(AnswerField("Retry-After", String(max(seconds, 1))))
        }
        return Answer(status: status.rawValue, fields: fields, body: JSONWriter.value(self))
    }
}

extension Face: JSONWritable {
    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { face in
            switch more {
            case .scope(let shortfall): write(shortfall, &face)
            case .plan(let current, let maximum, let plan, let limit): write(current, maximum, plan, limit, &face)
            case .details, .window, .missing, nil:
                face.member("statusCode", status.rawValue)
                face.member("message", text)
                face.member("error", error)
                writeMore(&face)
            }
        }
    }

    private func writeMore(_ face: inout JSONObjectWriter) {
        switch more {
        case .details(let details): face.member("details", details)
        case .missing(let names): face.member("missing", names)
        case .window(let resetAt, let seconds):
            face.member("retryAfter", seconds)
            face.member("resetAt", WireTime(resetAt))
        case .scope, .plan, nil: break
        }
    }

    /// The vendor's seven members, in its order.
    private func write(_ shortfall: ScopeShortfall, _ face: inout JSONObjectWriter) {
        face.member("statusCode", status.rawValue)
        face.member("error", error)
        face.member("message", text)
        face.member("required_scopes", shortfall.anyOf)
        face.member("key_scopes", shortfall.held)
        face.member(
            "hint",
            """
            Create a new API key with "\(shortfall.reported)" or "\(Scope.fullAccess)" scope in the Posthawk dashboard \
            under API Keys.
            """)
        face.object("scope_reference") { reference in
            reference.member(named: shortfall.reported, Scope.meaning(of: shortfall.reported))
        }
    }

    /// The vendor shows no `statusCode` here.
    private func write(
        _ current: Int, _ maximum: Int, _ plan: String, _ limit: String, _ face: inout JSONObjectWriter
    ) {
        face.member("error", error)
        face.member("code", "plan_limit_reached")
        face.member("message", text)
        face.member("currentPlan", plan)
        face.member("limit", limit)
        face.member("currentValue", current)
        face.member("maxValue", maximum)
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
    case tooManyRequests = 429
    case headTooLarge = 431
    case internalError = 500
    case notImplemented = 501
    case unavailable = 503

    /// HTTP's own phrase (RFC 9110 §15), but for the vendor's older one of 413.
    var word: String {
        switch self {
        case .badRequest: "Bad Request"
        case .unauthorized: "Unauthorized"
        case .forbidden: "Forbidden"
        case .notFound: "Not Found"
        case .requestTimeout: "Request Timeout"
        case .conflict: "Conflict"
        case .contentTooLarge: "Payload Too Large"
        case .unsupportedMediaType: "Unsupported Media Type"
        case .tooManyRequests: "Too Many Requests"
        case .headTooLarge: "Request Header Fields Too Large"
        case .internalError: "Internal Server Error"
        case .notImplemented: "Not Implemented"
        case .unavailable: "Service Unavailable"
        }
    }
}

// MARK: From the kernel's failures

extension Face {
    /// The face of every failure.
    static func of(_ failure: KernelFailure) -> Face {
        switch failure {
        case .malformedRequest: Face(.badRequest, "Malformed request")
        case .requestTimedOut: Face(.requestTimeout, "Request timed out")
        case .headTooLarge: Face(.headTooLarge, "Request header too large")
        case .bodyTooLarge: Face(.contentTooLarge, "Request body too large")
        case .codingUnsupported: Face(.unsupportedMediaType, "Unsupported encoding")
        // The vendor's page knows no 405.
        case .routeNotFound(let method, let path), .methodNotAllowed(let method, let path, _):
            Face(.notFound, "Cannot \(method.text) \(path.text)")
        case .methodUnknown: Face(.notImplemented, "Method not implemented")

        case .credentialMissing: Face(.unauthorized, "Missing API key")
        case .credentialMalformed, .credentialUnknown, .credentialRevoked, .credentialExpired, .wrongCredentialKind:
            Face(.unauthorized, "Invalid API key")
        case .accountSuspended: Face(.forbidden, "Account is suspended")
        case .accountMismatch: Face(.forbidden, "API key does not belong to this account")
        case .addressNotAllowed: Face(.forbidden, "API key is not allowed from this address")
        case .scopeMissing(let shortfall): of(shortfall)
        case .domainNotPermitted: Face(.forbidden, "API key is not allowed for this domain")
        case .passwordRefused: Face(.forbidden, "Wrong password")
        case .encryptionRequired: Face(.forbidden, "Encryption required")

        case .rateLimited(let window): of(window)
        case .quotaExceeded(let quota): Face(.forbidden, Sentence.limit(quota))
        case .planLimitReached(let resource, let current, let maximum, let plan):
            of(resource, current, maximum, plan)

        case .idempotencyKeyInvalid(let limit): Face(.badRequest, "Idempotency key longer than \(limit) characters")
        case .idempotencyInFlight: Face(.conflict, "Idempotency key in use by another request")
        case .idempotencyMismatch: Face(.conflict, "Idempotency key already used with another request")
        case .idempotencyOriginalFailed: Face(.conflict, "The first request with this idempotency key failed")

        case .bodyMalformed: Face(.badRequest, "Invalid JSON body")
        case .invalid(let first, let rest): of(first, rest)

        case .notFound(let resource): Face(.notFound, "\(resource.title) not found")
        case .alreadyExists(let resource, field: _): Face(.conflict, "\(resource.title) already exists")
        case .wrongState(let resource, state: _, let operation):
            Face(
                .badRequest, "\(resource.title) can no longer be \(operation.participle)")
        case .busy(let resource, let delay):
            Face(.unavailable, "\(resource.title) is busy", retryAfter: delay)
        case .selfLockout: Face(.conflict, "API key cannot lock itself out")
        case .featureDisabled(.unserved): Face(.notFound, "Not served by this server")
        case .featureDisabled: Face(.forbidden, "Feature is disabled")
        case .checkFailed(_, let reason, facts: _): Face(.conflict, reason)
        case .endpointRefused: Face(.conflict, "Endpoint refused the request")

        case .domainUnknown(_, role: .managed): Face(.notFound, "Domain not found")
        // Whether the domain is another's or nobody's, it is not verified for this caller.
        case .domainUnknown(let name, _), .domainUnverified(let name, _):
            Face(.badRequest, "Domain \(name.text) is not verified")
        case .domainPaused(let name): Face(.forbidden, "Domain \(name.text) is paused")
        case .domainBanned(let name): Face(.badRequest, "Domain \(name.text) is banned")
        case .proofNotFound: Face(.badRequest, "DNS record not found")
        case .dnsUnreadable: Face(.unavailable, "DNS could not be read", retryAfter: PosthawkLimits.retryAfter)
        case .templateNotPublished: Face(.badRequest, "Template is not published")
        case .templateIncomplete: Face(.badRequest, "Template cannot be rendered")
        case .templateVariablesMissing(let missing): of(missing)
        case .allRecipientsSuppressed(let addresses):
            Face(.badRequest, "All recipients are suppressed: \(addresses.map(\.text).joined(separator: ", "))")
        case .recipientRejected: Face(.badRequest, "Recipient rejected")
        case .messageTooLarge: Face(.contentTooLarge, "Email too large")
        case .messageMalformed: Face(.badRequest, "Malformed email")

        case .credentialContextInvalid, .internalError: Face(.internalError, "Internal server error")
        case .overloaded(let delay): Face(.unavailable, "Service unavailable", retryAfter: delay)
        case .storageUnavailable, .draining:
            Face(.unavailable, "Service unavailable", retryAfter: PosthawkLimits.retryAfter)
        }
    }

    private static func of(_ shortfall: ScopeShortfall) -> Face {
        Face(
            .forbidden,
            """
            This API key does not have permission to access \(shortfall.method.text) \(shortfall.path.text). \
            Required scope: \(shortfall.reported).
            """, error: "insufficient_scope", more: .scope(shortfall))
    }

    private static func of(_ window: WindowState) -> Face {
        let seconds = max(window.retryAfter.secondsRoundedUp, 1)
        return Face(
            .tooManyRequests, "Rate limit exceeded", retryAfter: window.retryAfter,
            more: .window(resetAt: window.resetAt, seconds: seconds))
    }

    /// A self-hosted server has no plans; an operator may ask for this failure all the same.
    private static func of(_ resource: Resource, _ current: Int, _ maximum: Int, _ plan: String) -> Face {
        let name = resource.title
        let shown = plan.prefix(1).uppercased() + plan.dropFirst()
        let things = maximum == 1 ? name.lowercased() : name.lowercased() + "s"
        return Face(
            .forbidden, "\(shown) plan allows up to \(maximum) \(things). Upgrade to Pro to add more.",
            error: "Plan limit reached",
            more: .plan(current: current, maximum: maximum, plan: plan, limit: "max\(name.filter { $0 != " " })s"))
    }

    private static func of(_ missing: [MissingVariables]) -> Face {
        var names: [String] = []
        for name in missing.flatMap(\.names) where !names.contains(name) { names.append(name) }
        return Face(
            .badRequest, "Missing required variables: \(names.joined(separator: ", "))",
            error: "missing_required_variables", more: .missing(names))
    }

    /// The first fault speaks; where there are several, all of them stand behind it.
    private static func of(_ first: FieldFault, _ rest: [FieldFault]) -> Face {
        // The form of an id is never at fault: it names nothing.
        if case .identifier(let resource) = first.rule { return of(.notFound(resource)) }
        let sentences = ([first] + rest).map(Sentence.fault)
        return Face(.badRequest, sentences[0], more: sentences.count > 1 ? .details(sentences) : nil)
    }
}

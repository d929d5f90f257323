import AdapterKit
import Base
import Model

/// A failure in this dialect: a status, a code that programs branch on, a sentence for people, and details.
struct Face: Equatable {
    var code: ErrorCode
    var text: String
    var details: [Detail] = []
    /// How long the client is asked to wait.
    var retryAfter: Duration?
    /// The methods that the path has.
    var allowed: [String] = []
    /// Of a reconciliation that failed: what a matched one has under `data`.
    var data: [Detail] = []

    /// A member of an object.
    struct Detail: Equatable {
        enum Value: Equatable {
            case text(String)
            case words([String])
            case number(Int)
            case flag(Bool)
            case none
        }

        var name: String
        var value: Value
    }

    init(_ code: ErrorCode, _ text: String, _ details: [Detail] = [], retryAfter: Duration? = nil) {
        self.code = code
        self.text = text
        self.details = details
        self.retryAfter = retryAfter
    }

    /// The whole answer.
    var answer: Answer {
        var fields: [AnswerField] = []
        // RFC 9110 §15.5.2: a 401 names the scheme that would do.
        if code.status == 401 { fields.append(AnswerField("WWW-Authenticate", "Bearer")) }
        if !allowed.isEmpty { fields.append(AnswerField("Allow", allowed.joined(separator: ", "))) }
        if let retryAfter { fields.append(AnswerField("Retry-After", String(max(retryAfter.secondsRoundedUp, 1)))) }
        return Answer(status: code.status, fields: fields, body: JSONWriter.value(self))
    }
}

extension Face: JSONWritable {
    func write(to slot: consuming JSONSlot) -> JSONFilledSlot {
        slot.object { answer in
            answer.member("success", false)
            answer.object("error") { error in
                error.member("code", code.rawValue)
                error.member("message", text)
                if !details.isEmpty { error.object("details") { Self.write(details, to: &$0) } }
            }
            if !data.isEmpty { answer.object("data") { Self.write(data, to: &$0) } }
        }
    }

    private static func write(_ details: [Detail], to object: inout JSONObjectWriter) {
        for detail in details {
            switch detail.value {
            case .text(let text): object.member(named: detail.name, text)
            case .words(let words): object.member(named: detail.name, words)
            case .number(let number): object.member(named: detail.name, number)
            case .flag(let flag): object.member(named: detail.name, flag)
            case .none: object.member(named: detail.name, String?.none)
            }
        }
    }
}

/// The vendor's table, and below it what it leaves to us.
enum ErrorCode: String, CaseIterable {
    case missingAPIKey = "MISSING_API_KEY"
    case invalidAPIKey = "INVALID_API_KEY"
    case expiredAPIKey = "EXPIRED_API_KEY"
    case invalidKeyType = "INVALID_KEY_TYPE"
    case insufficientScope = "INSUFFICIENT_SCOPE"
    case ipNotAllowed = "IP_NOT_ALLOWED"
    case invalidAmount = "INVALID_AMOUNT"
    case invalidCurrency = "INVALID_CURRENCY"
    case invalidReference = "INVALID_REFERENCE"
    case invalidHPNCode = "INVALID_HPN_CODE"
    case missingRequiredField = "MISSING_REQUIRED_FIELD"
    case invalidURL = "INVALID_URL"
    case transactionNotFound = "TRANSACTION_NOT_FOUND"
    case transactionExpired = "TRANSACTION_EXPIRED"
    case transactionAlreadyVerified = "TRANSACTION_ALREADY_VERIFIED"
    case duplicateReference = "DUPLICATE_REFERENCE"
    case reconciliationFailed = "RECONCILIATION_FAILED"
    case webhookNotFound = "WEBHOOK_NOT_FOUND"
    case invalidWebhookURL = "INVALID_WEBHOOK_URL"
    case webhookDeliveryFailed = "WEBHOOK_DELIVERY_FAILED"
    case invalidEventType = "INVALID_EVENT_TYPE"
    case rateLimitExceeded = "RATE_LIMIT_EXCEEDED"

    // Polyrelay's own.
    case validationError = "VALIDATION_ERROR"
    case invalidTransactionState = "INVALID_TRANSACTION_STATE"
    case endpointExists = "ENDPOINT_EXISTS"
    case accountSuspended = "ACCOUNT_SUSPENDED"
    case notFound = "NOT_FOUND"
    case methodNotAllowed = "METHOD_NOT_ALLOWED"
    case requestTimeout = "REQUEST_TIMEOUT"
    case conflict = "CONFLICT"
    case contentTooLarge = "CONTENT_TOO_LARGE"
    case unsupportedMediaType = "UNSUPPORTED_MEDIA_TYPE"
    case headTooLarge = "HEADERS_TOO_LARGE"
    case internalError = "INTERNAL_ERROR"
    case notImplemented = "NOT_IMPLEMENTED"
    case serviceUnavailable = "SERVICE_UNAVAILABLE"

    var status: Int {
        switch self {
        case .invalidAmount, .invalidCurrency, .invalidReference, .invalidHPNCode, .missingRequiredField, .invalidURL,
            .invalidWebhookURL, .invalidEventType, .validationError, .invalidTransactionState:
            400
        case .missingAPIKey, .invalidAPIKey, .expiredAPIKey: 401
        case .invalidKeyType, .insufficientScope, .ipNotAllowed, .accountSuspended: 403
        case .transactionNotFound, .webhookNotFound, .notFound: 404
        case .methodNotAllowed: 405
        case .requestTimeout: 408
        case .transactionExpired, .transactionAlreadyVerified, .duplicateReference, .endpointExists, .conflict:
            409
        case .contentTooLarge: 413
        case .unsupportedMediaType: 415
        case .reconciliationFailed, .webhookDeliveryFailed: 422
        case .rateLimitExceeded: 429
        case .headTooLarge: 431
        case .internalError: 500
        case .notImplemented: 501
        case .serviceUnavailable: 503
        }
    }
}

// MARK: From the kernel's failures

extension Face {
    /// The one face of every failure: this dialect has no batches and no SMTP.
    static func of(_ failure: KernelFailure) -> Face {
        switch failure {
        case .malformedRequest: Face(.validationError, "Malformed request")
        case .requestTimedOut: Face(.requestTimeout, "Request timed out")
        case .headTooLarge: Face(.headTooLarge, "Request header too large")
        case .bodyTooLarge: Face(.contentTooLarge, "Request body too large")
        case .codingUnsupported: Face(.unsupportedMediaType, "Unsupported encoding")
        case .featureDisabled(.unserved): Face(.notFound, "Not found: not served by this server")
        case .routeNotFound, .featureDisabled: Face(.notFound, "Not found")
        case .methodNotAllowed(_, _, let allowed): methodNotAllowed(allowed)
        case .methodUnknown: Face(.notImplemented, "Method not implemented")

        case .credentialMissing, .credentialMalformed(.scheme): Face(.missingAPIKey, "No API key provided")
        case .credentialMalformed(.form), .credentialUnknown: Face(.invalidAPIKey, "Invalid API key")
        case .credentialRevoked, .credentialExpired:
            Face(.expiredAPIKey, "API key has been revoked or expired")
        case .accountSuspended: Face(.accountSuspended, "Account is suspended")
        case .addressNotAllowed: Face(.ipNotAllowed, "Request IP is not in the whitelist of this API key")
        case .wrongCredentialKind: Face(.invalidKeyType, "This operation requires a secret API key")
        case .scopeMissing(let shortfall): of(shortfall)
        case .passwordRefused: Face(.invalidAPIKey, "Email or password is wrong")
        case .accountMismatch, .domainNotPermitted, .encryptionRequired:
            Face(.insufficientScope, "API key does not have permission")

        case .rateLimited(let window):
            Face(.rateLimitExceeded, "Rate limit exceeded", retryAfter: window.retryAfter)
        case .quotaExceeded: Face(.rateLimitExceeded, "Quota exceeded")
        case .planLimitReached(let resource, _, let maximum, _):
            Face(.validationError, "No more than \(maximum) of \(name(resource).lowercased())s")

        case .idempotencyKeyInvalid(let limit):
            fault(.validationError, "Idempotency key is longer than \(limit) bytes", "idempotency_key")
        case .idempotencyInFlight(let delay):
            Face(.conflict, "A request with this idempotency key is running", retryAfter: delay)
        case .idempotencyMismatch: Face(.conflict, "Idempotency key was used with another request")
        case .idempotencyOriginalFailed: Face(.conflict, "The first request with this idempotency key failed")

        case .bodyMalformed: fault(.validationError, "Request body is not a JSON object", "body")
        case .invalid(let first, rest: _): of(first)

        case .notFound(let resource): notFound(resource)
        case .alreadyExists(let resource, let field): alreadyExists(resource, field)
        case .wrongState(let resource, let state, _): wrongState(resource, state)
        case .busy(let resource, let delay):
            Face(.serviceUnavailable, "\(name(resource)) is busy", retryAfter: delay)
        case .selfLockout: Face(.conflict, "API key cannot lock itself out")
        case .checkFailed(_, let reason, let facts): reconciliation(reason, facts)
        case .endpointRefused(let result): refused(result)

        case .domainUnknown, .domainUnverified, .domainPaused, .domainBanned, .proofNotFound:
            Face(.validationError, "Domain is not usable")
        case .dnsUnreadable:
            Face(.serviceUnavailable, "DNS could not be read", retryAfter: HarpoonLimits.retryAfter)
        case .templateNotPublished, .templateIncomplete, .templateVariablesMissing, .allRecipientsSuppressed,
            .recipientRejected, .messageTooLarge, .messageMalformed:
            Face(.validationError, "Message cannot be sent")

        case .credentialContextInvalid, .internalError: Face(.internalError, "Internal server error")
        case .overloaded(let delay): Face(.serviceUnavailable, "Service unavailable", retryAfter: delay)
        case .storageUnavailable, .draining:
            Face(.serviceUnavailable, "Service unavailable", retryAfter: HarpoonLimits.retryAfter)
        }
    }

    private static func methodNotAllowed(_ allowed: [String]) -> Face {
        var face = Face(.methodNotAllowed, "Method not allowed")
        face.allowed = allowed
        return face
    }

    private static func of(_ shortfall: ScopeShortfall) -> Face {
        Face(
            .insufficientScope, "API key does not have \(shortfall.reported) scope",
            [
                Detail(name: "required_scope", value: .text(shortfall.reported)),
                Detail(name: "available_scopes", value: .words(shortfall.held)),
            ])
    }

    private static func notFound(_ resource: Resource) -> Face {
        switch resource {
        case .record: Face(.transactionNotFound, "Transaction not found")
        case .webhook: Face(.webhookNotFound, "Webhook endpoint not found")
        case .delivery: Face(.webhookNotFound, "Dead letter not found")
        default: Face(.notFound, "\(name(resource)) not found")
        }
    }

    private static func alreadyExists(_ resource: Resource, _ field: String) -> Face {
        if case .webhook = resource, field == OpenCollections.event {
            return Face(.endpointExists, "Open collections have an endpoint already")
        }
        guard case .record = resource, field == Transaction.clientReferenceIndex.name else {
            return Face(.conflict, "\(name(resource)) already exists")
        }
        return fault(.duplicateReference, "Reference is already used for another transaction", field)
    }

    /// What a payment in this state refuses.
    private static func wrongState(_ resource: Resource, _ state: ResourceState) -> Face {
        guard case .named(let word) = state, let transaction = TransactionState(rawValue: word) else {
            return Face(.conflict, "\(name(resource)) cannot be changed now")
        }
        let details = [Detail(name: "status", value: .text(word))]
        if transaction == .expired { return Face(.transactionExpired, "Transaction has already expired", details) }
        if transaction.isVerified {
            return Face(.transactionAlreadyVerified, "Transaction was already verified", details)
        }
        return Face(.invalidTransactionState, "Transaction is \(word)", details)
    }

    /// The facts are what a reconciliation that succeeds has under `data`; an empty one is null there.
    private static func reconciliation(_ reason: String, _ facts: [Fact]) -> Face {
        var face = Face(.reconciliationFailed, reason)
        face.data = facts.map { fact in
            switch fact.value.text {
            case "": Detail(name: fact.name, value: .none)
            case "false": Detail(name: fact.name, value: .flag(false))
            default: Detail(name: fact.name, value: .text(fact.value.text))
            }
        }
        face.details = face.data.filter { $0.name == "status" }
        return face
    }

    private static func refused(_ result: AttemptResult) -> Face {
        Face(
            .webhookDeliveryFailed, "Webhook could not be delivered",
            [
                Detail(name: "status_code", value: result.code == 0 ? .none : .number(result.code)),
                Detail(name: "response_body", value: .text(result.text.text)),
            ])
    }
}

// MARK: Faults of fields

extension Face {
    private static func fault(_ code: ErrorCode, _ text: String, _ field: String) -> Face {
        Face(code, text, [Detail(name: "field", value: .text(field))])
    }

    private static func of(_ fault: FieldFault) -> Face {
        if fault.rule == .missing { return missing(fault) }
        if fault.rule == .locked, fault.field == "status", let state = fault.value {
            return Face(
                .invalidTransactionState, "Transaction is \(state.text)",
                [Detail(name: "status", value: .text(state.text))])
        }
        if let code = code(of: fault) {
            var face = Self.fault(code, text(of: fault, code), fault.field)
            if let value = fault.value { face.details.append(Detail(name: "value", value: .text(value.text))) }
            return face
        }
        return Self.fault(.validationError, "\(fault.field) \(sentence(fault.rule))", fault.field)
    }

    /// The vendor's words and details, for every field.
    private static func missing(_ fault: FieldFault) -> Face {
        let location =
            switch fault.location {
            case .body: "body"
            case .query: "query"
            case .path: "path"
            case .header: "header"
            }
        return Face(
            .missingRequiredField, "Required field '\(fault.field)' is missing",
            [
                Detail(name: "field", value: .text(fault.field)), Detail(name: "location", value: .text(location)),
            ])
    }

    /// The fields that have a code of their own.
    private static func code(of fault: FieldFault) -> ErrorCode? {
        switch (fault.field, fault.rule) {
        case ("amount", _): .invalidAmount
        case ("currency", _): .invalidCurrency
        case ("client_reference", _), ("reference", _): .invalidReference
        case ("hpn_code", _): .invalidHPNCode
        case ("events", .eventName): .invalidEventType
        case ("webhook_url", .scheme), ("webhook_url", .publicAddress), ("url", .scheme), ("url", .publicAddress):
            .invalidWebhookURL
        case ("webhook_url", .url), ("webhook_url", .length), ("redirect_url", _), ("url", .url), ("url", .length):
            .invalidURL
        default: nil
        }
    }

    private static func text(of fault: FieldFault, _ code: ErrorCode) -> String {
        switch code {
        case .invalidAmount: "Amount must be a positive number"
        case .invalidCurrency: "Unsupported currency"
        case .invalidReference: "Reference format is invalid"
        case .invalidHPNCode: "HPN code format is invalid"
        case .invalidEventType: "Unknown event type"
        case .invalidURL: "URL format is invalid"
        case .invalidWebhookURL:
            fault.rule == .publicAddress ? "Webhook URL must lead to a public address" : "Webhook URL must be HTTPS"
        default: "\(fault.field) \(sentence(fault.rule))"
        }
    }

    private static func sentence(_ rule: FieldFault.Rule) -> String {
        switch rule {
        case .missing: "is missing"
        case .wrongType: "has the wrong type"
        case .unknownMember: "is not known"
        case .forbidden(let because): "is not allowed: \(because)"
        case .exclusive(let other): "cannot be combined with \(other)"
        case .requires(let other): "requires \(other)"
        case .email: "is no email address"
        case .url, .scheme, .publicAddress: "is no usable URL"
        case .domainName: "is no domain name"
        case .timestamp: "is no ISO 8601 time"
        case .future: "must lie in the future"
        case .timezone: "is no time zone"
        case .boolean: "must be true or false"
        case .integer: "must be an integer"
        case .range(let minimum, let maximum): "must be from \(minimum) to \(maximum)"
        case .length(let maximum): "is longer than \(maximum) characters"
        case .count(let minimum, let maximum): "must have \(minimum) to \(maximum) members"
        case .size(let maximum): "is larger than \(maximum) bytes"
        case .decimal: "must be a decimal number"
        case .oneOf(let words): "must be one of \(words.joined(separator: ", "))"
        case .identifier, .cursor, .key: "is malformed"
        case .headerName, .headerValue: "cannot be a header"
        case .base64: "is not Base64"
        case .cidr: "is no network"
        case .scopeName: "is no scope"
        case .eventName: "is no event"
        case .nothingToChange: "has nothing to change"
        case .locked: "cannot be changed"
        }
    }

    private static func name(_ resource: Resource) -> String {
        switch resource {
        case .message, .scheduled: "Message"
        case .webhook: "Webhook endpoint"
        case .delivery: "Dead letter"
        case .record: "Transaction"
        default: resource.title
        }
    }
}

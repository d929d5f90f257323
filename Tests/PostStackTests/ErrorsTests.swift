import AdapterKit
import Base
import Model
import Testing

@testable import PostStack

/// Every failure of the kernel, with what the vendor's clients see of it.
@Suite("PostStack errors")
struct ErrorsTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let failure: KernelFailure
        let status: Int
        let text: String
        let code: String

        init(_ failure: KernelFailure, _ status: Int, _ text: String, _ code: String) {
            self.failure = failure
            self.status = status
            self.text = text
            self.code = code
        }

        var testDescription: String { "\(status) \(text)" }
    }

    @Test("A failure has its status and exactly this body", arguments: documented + transport + credentials + others)
    func face(_ row: Row) {
        let answer = PostStack().answer(row.failure, to: RequestFacts(method: "GET", path: "/", requestID: "req_1"))
        #expect(answer.status == row.status)
        #expect(text(answer) == #"{"error":"\#(row.text)","code":"\#(row.code)"}"#)
        #expect(answer.contentType == "application/json")
    }

    @Test("In a batch a failure has the same body", arguments: documented)
    func element(_ row: Row) {
        #expect(json(BatchResult.refused(.of(row.failure))) == #"{"error":"\#(row.text)","code":"\#(row.code)"}"#)
    }

    @Test("The rate limit says how long to wait, in whole seconds")
    func rateLimit() {
        let window = WindowState(
            limit: 60, remaining: 0, resetAt: Instant(seconds: 1_748_430_120), retryAfter: .milliseconds(46_001))
        let answer = PostStack().answer(.rateLimited(window), to: RequestFacts(method: "", path: "", requestID: ""))
        #expect(answer.fields == [AnswerField("Retry-After", "47")])
        #expect(
            PostStack().fields(for: window) == [
                AnswerField("X-RateLimit-Limit", "60"), AnswerField("X-RateLimit-Remaining", "0"),
                AnswerField("X-RateLimit-Reset", "1748430120"),
            ])
    }

    @Test("The wait is never shorter than a second")
    func shortestWait() {
        #expect(Face.of(.overloaded(retryAfter: .zero)).answer.fields == [AnswerField("Retry-After", "1")])
    }

    @Test("A used-up quota says nothing of waiting", arguments: [QuotaState.Period.day, .month, .send, .credit])
    func quotaWithoutRetry(_ period: QuotaState.Period) {
        let quota = QuotaState(period: period, owner: .account, limit: 1, resetAt: Sample.now)
        #expect(Face.of(.quotaExceeded(quota)).answer.fields.isEmpty)
    }

    @Test("A refusal of the key names the scheme that would do")
    func challenge() {
        #expect(Face.of(.credentialMissing).answer.fields == [AnswerField("WWW-Authenticate", "Bearer")])
    }

    // MARK: Rows

    /// The rows of the vendor's own page.
    static let documented = [
        Row(.credentialUnknown, 401, "Invalid API key", "unauthorized"),
        Row(.scopeMissing(shortfall), 403, "API key does not have permission", "forbidden"),
        Row(.domainUnverified(domain, role: .sender), 422, "Domain not verified", "unprocessable_entity"),
        Row(.domainUnknown(domain, role: .sender), 404, "Domain not found", "not_found"),
        Row(.notFound(.domain), 404, "Domain not found", "not_found"),
        Row(.alreadyExists(.contact, field: "email"), 409, "Contact already exists", "conflict"),
        Row(.rateLimited(window), 429, "Rate limit exceeded. Please try again later.", "rate_limit_exceeded"),
        Row(
            .invalid(FieldFault("emails", .count(minimum: 1, maximum: 100))), 422, "Batch size exceeds limit",
            "unprocessable_entity"),
        Row(.templateNotPublished, 422, "Template not published", "unprocessable_entity"),
        Row(.invalid(FieldFault("to", .missing)), 400, "Missing required field: to", "invalid_request"),
        Row(.invalid(FieldFault("from", .email)), 422, "Invalid email address", "unprocessable_entity"),
    ]

    static let transport = [
        Row(.malformedRequest(.requestLine), 400, "Malformed request", "invalid_request"),
        Row(.requestTimedOut, 408, "Request timed out", "invalid_request"),
        Row(.headTooLarge(limitBytes: 1), 431, "Request header too large", "invalid_request"),
        Row(.bodyTooLarge(limitBytes: 1), 413, "Request body too large", "invalid_request"),
        Row(.codingUnsupported, 415, "Unsupported encoding", "invalid_request"),
        Row(.routeNotFound(method: domain, path: domain), 404, "Not found", "not_found"),
        Row(.methodNotAllowed(method: domain, path: domain, allowed: ["GET"]), 404, "Not found", "not_found"),
        Row(.internalError(incident: "x"), 500, "Internal server error", "internal_error"),
        Row(.overloaded(retryAfter: .seconds(1)), 503, "Service unavailable", "service_unavailable"),
        Row(.storageUnavailable, 503, "Service unavailable", "service_unavailable"),
        Row(.draining, 503, "Service unavailable", "service_unavailable"),
    ]

    static let credentials = [
        Row(.credentialMissing, 401, "Invalid API key", "unauthorized"),
        Row(.credentialMalformed(.scheme), 401, "Invalid API key", "unauthorized"),
        Row(.credentialMalformed(.form), 401, "Invalid API key", "unauthorized"),
        Row(.credentialRevoked(at: Sample.now), 401, "Invalid API key", "unauthorized"),
        Row(.credentialExpired(at: Sample.now), 401, "Invalid API key", "unauthorized"),
        Row(.accountSuspended, 403, "Account is suspended", "forbidden"),
        Row(.accountMismatch, 403, "API key does not have permission", "forbidden"),
        Row(.addressNotAllowed(nil), 403, "API key does not have permission", "forbidden"),
        Row(
            .wrongCredentialKind(has: .public, needs: [.secret]), 403, "API key does not have permission", "forbidden"),
        Row(.domainNotPermitted(domain: nil, action: nil), 403, "API key does not have permission", "forbidden"),
        Row(.credentialContextInvalid, 500, "Internal server error", "internal_error"),
        Row(.passwordRefused, 403, "Wrong password", "forbidden"),
        Row(.encryptionRequired, 403, "Encryption required", "forbidden"),
    ]

    static let others = [
        Row(.quotaExceeded(quota(.day)), 429, "Daily email limit reached.", "daily_limit_exceeded"),
        Row(
            .quotaExceeded(quota(.month)), 429, "Monthly email limit reached. Upgrade your plan.",
            "monthly_limit_exceeded"),
        Row(.quotaExceeded(quota(.send)), 429, "Send limit reached.", "send_limit_exceeded"),
        Row(.quotaExceeded(quota(.credit)), 429, "Email quota exceeded.", "quota_exceeded"),
        Row(
            .planLimitReached(.domain, current: 1, maximum: 1, plan: "free"), 422, "Plan limit reached",
            "unprocessable_entity"),
        Row(
            .idempotencyKeyInvalid(limitBytes: 255), 422, "Idempotency key longer than 255 bytes",
            "unprocessable_entity"),
        Row(
            .idempotencyInFlight(retryAfter: .seconds(1)), 409, "Idempotency key in use by another request",
            "conflict"),
        Row(
            .idempotencyMismatch, 422, "Idempotency key already used with a different payload",
            "unprocessable_entity"),
        Row(.idempotencyOriginalFailed, 409, "The first request with this idempotency key failed", "conflict"),
        Row(.bodyMalformed, 400, "Invalid JSON body", "invalid_request"),
        Row(.notFound(.message), 404, "Email not found", "not_found"),
        Row(.notFound(.record("Workflow")), 404, "Workflow not found", "not_found"),
        Row(.alreadyExists(.domain, field: "name"), 409, "Domain already exists", "conflict"),
        Row(
            .wrongState(.message, state: .underWay, operation: .cancel), 422, "Email can no longer be cancelled",
            "unprocessable_entity"),
        Row(
            .wrongState(.message, state: .underWay, operation: .reschedule), 422, "Email can no longer be rescheduled",
            "unprocessable_entity"),
        Row(.busy(.template, retryAfter: .seconds(1)), 503, "Template is busy", "service_unavailable"),
        Row(.selfLockout, 409, "API key cannot lock itself out", "conflict"),
        Row(.featureDisabled(.signup), 404, "Not found", "not_found"),
        Row(.checkFailed(.domain, reason: "No match", facts: []), 409, "No match", "conflict"),
        Row(.endpointRefused(Sample.refusal), 409, "Endpoint refused the request", "conflict"),
        Row(.domainPaused(domain), 422, "Domain is paused", "unprocessable_entity"),
        Row(.domainBanned(domain), 422, "Domain is banned", "unprocessable_entity"),
        Row(.proofNotFound(domain: domain, record: record), 409, "DNS record not found", "conflict"),
        Row(.dnsUnreadable(name: domain), 503, "DNS could not be read", "service_unavailable"),
        Row(.templateIncomplete(.subject), 422, "Template is incomplete", "unprocessable_entity"),
        Row(.templateVariablesMissing([]), 422, "Missing template variables", "unprocessable_entity"),
        Row(.allRecipientsSuppressed([domain]), 422, "All recipients are suppressed", "unprocessable_entity"),
        Row(.recipientRejected(domain, .disposable), 422, "Recipient rejected", "unprocessable_entity"),
        Row(.messageTooLarge(limitBytes: 1), 422, "Email too large", "unprocessable_entity"),
        Row(.messageMalformed, 422, "Malformed email", "unprocessable_entity"),
    ]

    private static let domain = UserData("example.com")
    private static let record = DNSRecord(type: "TXT", name: "n", value: "v", purpose: "dkim", seen: false)
    private static let window = WindowState(limit: 1, remaining: 0, resetAt: Sample.now, retryAfter: .seconds(1))
    private static let shortfall = ScopeShortfall(
        anyOf: ["full_access"], reported: "full_access", held: ["sending_access"], method: domain, path: domain)

    private static func quota(_ period: QuotaState.Period) -> QuotaState {
        QuotaState(period: period, owner: .account, limit: 1, resetAt: nil)
    }
}

/// Every rule that a field can break.
@Suite("PostStack field faults")
struct FieldFaultTests {
    @Test(
        "What is absent or of another type is 400",
        arguments: [
            (FieldFault.Rule.missing, "Missing required field: x"), (.wrongType, "Invalid type: x"),
            (.unknownMember, "Unknown field: x"), (.exclusive(with: "y"), "x cannot be combined with y"),
            (.requires(other: "y"), "x requires y"), (.cursor, "Invalid value: x"), (.decimal, "Invalid value: x"),
        ])
    func shape(_ rule: FieldFault.Rule, _ sentence: String) {
        #expect(Face.of(.invalid(FieldFault("x", rule))) == Face(.badRequest, sentence))
    }

    @Test(
        "What has the right form and a wrong value is 422",
        arguments: [
            (FieldFault.Rule.email, "Invalid email address"), (.count(minimum: 1, maximum: 2), "Too many items: x"),
            (.length(maximum: 1), "Invalid length: x"), (.size(maximum: 1), "Too large: x"),
            (.timestamp, "Invalid date: x"), (.future(maximum: .seconds(1)), "Invalid date: x"),
            (.base64, "Invalid base64: x"), (.headerName, "Invalid header: x"), (.headerValue, "Invalid header: x"),
            (.forbidden(because: "y"), "Field not allowed: x"), (.url, "Invalid value: x"),
            (.scheme(allowed: ["https"]), "Invalid value: x"),
            (.publicAddress, "Invalid value: x (it must lead to a public address)"),
            (.eventName, "Invalid value: x"),
            (.domainName, "Invalid value: x"), (.timezone, "Invalid value: x"), (.boolean, "Invalid value: x"),
            (.integer, "Invalid value: x"), (.range(minimum: 1, maximum: 2), "Invalid value: x"),
            (.oneOf(["a"]), "Invalid value: x"), (.cidr, "Invalid value: x"), (.scopeName, "Invalid value: x"),
            (.key, "Invalid value: x"), (.nothingToChange, "Invalid value: x"), (.locked, "Invalid value: x"),
        ])
    func value(_ rule: FieldFault.Rule, _ sentence: String) {
        #expect(Face.of(.invalid(FieldFault("x", rule))) == Face(.unprocessable, sentence))
    }

    @Test("An id of another form names nothing")
    func identifier() {
        #expect(Face.of(.invalid(FieldFault("x", .identifier(.segment)))) == Face(.notFound, "Segment not found"))
    }

    @Test("Of several faults the first is told")
    func several() {
        let failure = KernelFailure.invalid(FieldFault("from", .missing), rest: [FieldFault("to", .missing)])
        #expect(Face.of(failure).text == "Missing required field: from")
    }
}

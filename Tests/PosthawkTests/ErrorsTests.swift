import AdapterKit
import Base
import Model
import Testing

@testable import Posthawk

/// Every failure of the kernel, with what the vendor's clients see of it.
@Suite("Posthawk errors")
struct ErrorsTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let failure: KernelFailure
        let status: Int
        let text: String
        let error: String

        init(_ failure: KernelFailure, _ status: Int, _ text: String, _ error: String) {
            self.failure = failure
            self.status = status
            self.text = text
            self.error = error
        }

        var testDescription: String { "\(status) \(text)" }
    }

    private func answer(_ failure: KernelFailure) -> Answer {
        Posthawk().answer(failure, to: RequestFacts(method: "GET", path: "/", requestID: "req_1"))
    }

    @Test("A failure has its status and exactly this body", arguments: transport + credentials + content + resources)
    func face(_ row: Row) {
        let answer = answer(row.failure)
        #expect(answer.status == row.status)
        #expect(text(answer) == #"{"statusCode":\#(row.status),"message":"\#(row.text)","error":"\#(row.error)"}"#)
        #expect(answer.contentType == "application/json")
    }

    // MARK: The vendor's page

    @Test("A missing scope has the vendor's seven members to the letter")
    func scope() {
        let answer = answer(.scopeMissing(Sample.shortfall))
        #expect(answer.status == 403)
        #expect(
            text(answer) == #"""
                {"statusCode":403,"error":"insufficient_scope","message":"This API key does not have permission to \#
                access POST /v1/send. Required scope: sending.","required_scopes":["sending"],"key_scopes":\#
                ["reading"],"hint":"Create a new API key with \"sending\" or \"full_access\" scope in the Posthawk \#
                dashboard under API Keys.","scope_reference":{"sending":"Send emails, render templates, \#
                schedule/cancel/reschedule emails"}}
                """#)
    }

    @Test("Every route refuses a key that lacks its scope with the same seven members, and its own path")
    func scopeOfRoutes() throws {
        for route in Posthawk().routes {
            let scope = try #require(route.requirement.anyOf.first)
            let held = scope == Scope.sending ? Scope.reading : Scope.sending
            #expect(scope == (route.method == .get ? Scope.reading : Scope.sending), "\(route.pattern)")
            let body = text(
                answer(
                    .scopeMissing(
                        ScopeShortfall(
                            anyOf: [scope], reported: scope, held: [held], method: UserData(route.method.rawValue),
                            path: UserData(route.pattern)))))
            #expect(
                body == """
                    {"statusCode":403,"error":"insufficient_scope","message":"This API key does not have permission \
                    to access \(route.method.rawValue) \(route.pattern). Required scope: \(scope).",\
                    "required_scopes":["\(scope)"],"key_scopes":["\(held)"],"hint":"Create a new API key with \
                    \\"\(scope)\\" or \\"full_access\\" scope in the Posthawk dashboard under API Keys.",\
                    "scope_reference":{"\(scope)":"\(Scope.meaning(of: scope))"}}
                    """, "\(route.pattern)")
        }
    }

    @Test(
        "A domain's limits have the vendor's sentences, thousands between commas",
        arguments: [
            (.day, 1000, "Daily sending limit reached for example.com (1,000 emails/day)."),
            (.month, 25_000, "Monthly sending limit reached for example.com (25,000 emails/month)."),
            (.day, 1, "Daily sending limit reached for example.com (1 emails/day)."),
            (.month, 1_234_567, "Monthly sending limit reached for example.com (1,234,567 emails/month)."),
        ] as [(QuotaState.Period, Int, String)])
    func limits(period: QuotaState.Period, limit: Int, sentence: String) {
        let failure = KernelFailure.quotaExceeded(
            QuotaState(period: period, owner: .domain("example.com"), limit: limit, resetAt: Sample.now))
        let answer = answer(failure)
        #expect(answer.status == 403 && answer.fields.isEmpty)
        #expect(text(answer) == #"{"statusCode":403,"message":"\#(sentence)","error":"Forbidden"}"#)
        let reply = SMTPDialect.posthawk.reply(failure, .message, SMTPPeer())
        #expect(reply == SMTPReply(452, (7, 1), sentence))
    }

    @Test(
        "Numbers have a comma before each three digits",
        arguments: [(0, "0"), (12, "12"), (999, "999"), (1000, "1,000"), (100_000, "100,000"), (-1234, "-1,234")])
    func grouping(number: Int, text: String) { #expect(Sentence.grouped(number) == text) }

    @Test("The rate limit says when it ends, and how long to wait, at most a minute of it in the header")
    func rateLimit() {
        let window = WindowState(
            limit: 100, remaining: 0, resetAt: Instant(seconds: 1_803_808_800), retryAfter: .milliseconds(1_800_001))
        let answer = answer(.rateLimited(window))
        #expect(answer.status == 429 && answer.fields == [AnswerField("Retry-After", "60")])
        #expect(
            text(answer) == """
                {"statusCode":429,"message":"Rate limit exceeded","error":"Too Many Requests","retryAfter":1801,\
                "resetAt":"2027-02-28T10:00:00.000Z"}
                """)
        #expect(
            Posthawk().fields(for: window) == [
                AnswerField("X-RateLimit-Limit", "100"), AnswerField("X-RateLimit-Remaining", "0"),
                AnswerField("X-RateLimit-Reset", "1803808800"),
            ])
    }

    @Test("Several faults stand in details, and the first one is the message")
    func details() {
        let failure = KernelFailure.invalid(
            FieldFault("from", .missing), rest: [FieldFault("to", .email, value: UserData("foo"))])
        #expect(
            text(answer(failure)) == #"""
                {"statusCode":400,"message":"Missing required field: from","error":"Bad Request","details":\#
                ["Missing required field: from","Invalid email address in \"to\": foo"]}
                """#)
    }

    @Test("Missing variables are named, each once, under the vendor's word")
    func variables() {
        let failure = KernelFailure.templateVariablesMissing([
            MissingVariables(recipient: UserData(""), names: ["first_name", "plan"]),
            MissingVariables(recipient: UserData(""), names: ["plan"]),
        ])
        #expect(
            text(answer(failure)) == """
                {"statusCode":400,"message":"Missing required variables: first_name, plan",\
                "error":"missing_required_variables","missing":["first_name","plan"]}
                """)
    }

    @Test("A plan's limit has the vendor's members")
    func plan() {
        #expect(
            text(answer(.planLimitReached(.domain, current: 1, maximum: 1, plan: "free"))) == """
                {"error":"Plan limit reached","code":"plan_limit_reached","message":"Free plan allows up to 1 domain. \
                Upgrade to Pro to add more.","currentPlan":"free","limit":"maxDomains","currentValue":1,"maxValue":1}
                """)
    }

    @Test("A refusal of the key names the scheme that would do")
    func challenge() { #expect(answer(.credentialMissing).fields == [AnswerField("WWW-Authenticate", "Bearer")]) }

    // MARK: Rows

    private static let name = UserData("example.com")

    static let transport = [
        Row(.malformedRequest(.requestLine), 400, "Malformed request", "Bad Request"),
        Row(.requestTimedOut, 408, "Request timed out", "Request Timeout"),
        Row(.headTooLarge(limitBytes: 1), 431, "Request header too large", "Request Header Fields Too Large"),
        Row(.bodyTooLarge(limitBytes: 1), 413, "Request body too large", "Payload Too Large"),
        Row(.codingUnsupported, 415, "Unsupported encoding", "Unsupported Media Type"),
        Row(.routeNotFound(method: UserData("GET"), path: UserData("/nope")), 404, "Cannot GET /nope", "Not Found"),
        Row(
            .methodNotAllowed(method: UserData("PUT"), path: UserData("/v1/send"), allowed: ["POST"]), 404,
            "Cannot PUT /v1/send", "Not Found"),
        Row(.internalError(incident: "x"), 500, "Internal server error", "Internal Server Error"),
        Row(.overloaded(retryAfter: .seconds(1)), 503, "Service unavailable", "Service Unavailable"),
        Row(.storageUnavailable, 503, "Service unavailable", "Service Unavailable"),
        Row(.draining, 503, "Service unavailable", "Service Unavailable"),
    ]

    static let credentials = [
        Row(.credentialMissing, 401, "Missing API key", "Unauthorized"),
        Row(.credentialMalformed(.scheme), 401, "Invalid API key", "Unauthorized"),
        Row(.credentialMalformed(.form), 401, "Invalid API key", "Unauthorized"),
        Row(.credentialUnknown, 401, "Invalid API key", "Unauthorized"),
        Row(.credentialRevoked(at: Sample.now), 401, "Invalid API key", "Unauthorized"),
        Row(.credentialExpired(at: Sample.now), 401, "Invalid API key", "Unauthorized"),
        Row(.accountSuspended, 403, "Account is suspended", "Forbidden"),
        Row(.addressNotAllowed(nil), 403, "API key is not allowed from this address", "Forbidden"),
    ]

    static let content = [
        Row(.bodyMalformed, 400, "Invalid JSON body", "Bad Request"),
        Row(.invalid(FieldFault("subject", .missing)), 400, "Missing required field: subject", "Bad Request"),
        Row(
            .invalid(FieldFault("to", .email, value: UserData("foo"))), 400,
            #"Invalid email address in \"to\": foo"#, "Bad Request"),
        Row(
            .invalid(FieldFault("scheduledFor", .future(maximum: PosthawkLimits.scheduleAhead))), 400,
            "scheduledFor must be in the future and at most 30 days ahead", "Bad Request"),
        Row(
            .invalid(FieldFault("timezone", .timezone, value: UserData("Mars/Base"))), 400,
            #"Invalid timezone in \"timezone\": Mars/Base"#, "Bad Request"),
        Row(.idempotencyKeyInvalid(limitBytes: 255), 400, "Idempotency key longer than 255 characters", "Bad Request"),
    ]

    static let resources = [
        Row(.notFound(.job), 404, "Job not found", "Not Found"),
        Row(.notFound(.scheduled), 404, "Scheduled email not found", "Not Found"),
        Row(.notFound(.template), 404, "Template not found", "Not Found"),
        Row(.domainUnknown(name, role: .managed), 404, "Domain not found", "Not Found"),
        Row(.domainUnknown(name, role: .sender), 400, "Domain example.com is not verified", "Bad Request"),
        Row(.domainUnverified(name, role: .sender), 400, "Domain example.com is not verified", "Bad Request"),
        Row(.templateNotPublished, 400, "Template is not published", "Bad Request"),
        Row(
            .wrongState(.scheduled, state: .ended, operation: .cancel), 400,
            "Scheduled email can no longer be cancelled", "Bad Request"),
        Row(
            .allRecipientsSuppressed([UserData("a@x.net"), UserData("b@x.net")]), 400,
            "All recipients are suppressed: a@x.net, b@x.net", "Bad Request"),
    ]
}

import AdapterKit
import Base
import Model
import Testing

@testable import AhaSend

/// Failures of the kernel, with what the vendor's clients see of them.
@Suite("AhaSend errors")
struct ErrorsTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let failure: KernelFailure
        let status: Int
        let text: String

        init(_ failure: KernelFailure, _ status: Int, _ text: String) {
            self.failure = failure
            self.status = status
            self.text = text
        }

        var testDescription: String { "\(status) \(text)" }
    }

    private static let facts = RequestFacts(method: "GET", path: "/", requestID: "r")

    @Test("A failure has its status and exactly this body", arguments: page + sending + others + fields)
    func face(_ row: Row) {
        let answer = AhaSend().answer(row.failure, to: Self.facts)
        #expect(answer.status == row.status)
        #expect(text(answer) == #"{"message":"\#(row.text)"}"#)
        #expect(answer.contentType == "application/json")
    }

    /// The vendor's page of errors, every sentence of it.
    static let page = [
        Row(.invalid(FieldFault("account_id", .identifier(.account), location: .path)), 400, "invalid account_id"),
        Row(
            .invalid(FieldFault("from_time", .timestamp, location: .query)), 400,
            "invalid from_time, provide a valid RFC3339 time string"),
        Row(.credentialMissing, 401, "Missing or malformed bearer token"),
        Row(.credentialUnknown, 401, "Invalid API key"), Row(.accountSuspended, 401, "Account is suspended"),
        Row(scope("domains:read"), 403, "Insufficient permissions for the required scope"),
        Row(scope("webhooks:read"), 403, "api key does not have sufficient permissions to read webhooks"),
        Row(.notFound(.account), 404, "account not found"), Row(.notFound(.domain), 404, "domain not found"),
        Row(
            .idempotencyInFlight(retryAfter: .seconds(9)), 409,
            "A request with this idempotency key is already in progress"),
        Row(.alreadyExists(.domain, field: "name"), 409, "domain already exists"),
        Row(
            .idempotencyOriginalFailed, 412,
            "The original request with this idempotency key failed and cannot be retried"),
        Row(
            .rateLimited(
                WindowState(limit: 1, remaining: 0, resetAt: Instant(seconds: 0), retryAfter: .milliseconds(3))), 429,
            "Rate limit exceeded"),
        Row(.internalError(incident: "x"), 500, "Internal server error"),
        Row(.storageUnavailable, 500, "internal server error, please try again later"),
        Row(.bodyMalformed, 400, "invalid request body"),
        Row(
            .invalid(FieldFault("domain", .domainName)), 400,
            "invalid domain name, please provider a valid fully qualified domain name."),
        Row(
            .invalid(FieldFault("limit", .range(minimum: 1, maximum: 100), location: .query)), 400,
            "limit must be between 1 and 100"),
        Row(
            .domainBanned(UserData("x")), 400,
            "domain is banned to protect our network from abuse and spammers. "
                + "if you think this is an error please contact support"),
        Row(
            .domainNotPermitted(domain: "acme.test", action: "messages:send"), 403,
            "sender domain not found in api key scopes"),
        Row(.credentialContextInvalid, 403, "invalid api key context"),
    ]

    private static let sending = [
        Row(.domainUnknown(UserData("x"), role: .sender), 400, "sender domain is not verified"),
        Row(.domainUnverified(UserData("x"), role: .sender), 400, "sender domain is not verified"),
        Row(
            .domainPaused(UserData("acme.test")), 403,
            "Sending from domain 'acme.test' is paused. Check your dashboard for the reason."),
        Row(
            .domainNotPermitted(domain: nil, action: "messages:send"), 403,
            "this api key is not authorized to send messages"),
        Row(.invalid(FieldFault("text_content", .missing)), 400, "Either text_content or html_content is required"),
        Row(.wrongState(.message, state: .ended, operation: .cancel), 400, "message cannot be cancelled"),
        Row(.bodyTooLarge(limitBytes: 1), 413, "request body too large"),
    ]

    private static let others = [
        Row(.accountMismatch, 401, "Invalid API key"),
        Row(.wrongCredentialKind(has: .smtp, needs: [.secret]), 401, "Invalid API key"),
        Row(.credentialMalformed(.scheme), 401, "Missing or malformed bearer token"),
        Row(.addressNotAllowed(nil), 403, "client address is not allowed for this api key"),
        Row(
            .domainNotPermitted(domain: "acme.test", action: "webhooks:read"), 403,
            "api key does not have sufficient permissions to read webhooks"),
        Row(
            .domainNotPermitted(domain: "acme.test", action: "webhooks:write"), 403,
            "Insufficient permissions for the required scope"),
        Row(.idempotencyMismatch, 422, "idempotency key was already used with a different request payload"),
        Row(.selfLockout, 409, "ip_allow_list would exclude the address of this request"),
        Row(.notFound(.smtpCredential), 404, "smtp credential not found"),
        Row(.alreadyExists(.suppression, field: "email"), 409, "suppression already exists"),
    ]

    private static let fields = [
        Row(.invalid(FieldFault("label", .missing)), 400, "invalid request body"),
        Row(.invalid(FieldFault("label", .wrongType)), 400, "invalid request body"),
        Row(.invalid(FieldFault("email", .missing, location: .query)), 400, "email is required"),
        Row(.invalid(FieldFault("from.email", .email)), 400, "invalid from.email, provide a valid email address"),
        Row(.invalid(FieldFault("message_id", .identifier(.message), location: .path)), 400, "invalid message_id"),
        Row(
            .invalid(FieldFault("substitutions", .notServed)), 400,
            "substitutions is not accepted: it is not supported by this server"),
        Row(.invalid(FieldFault("scopes", .scopeName, value: UserData("a:b"))), 400, "invalid scope: a:b"),
        Row(
            .invalid(FieldFault("schedule.expires", .future(maximum: .seconds(8 * 86_400)))), 400,
            "schedule.expires must be in the future and at most 8 days ahead"),
    ]

    private static func scope(_ action: String) -> KernelFailure {
        .scopeMissing(
            ScopeShortfall(anyOf: [action], reported: action, held: [], method: UserData(""), path: UserData("")))
    }

    @Test("A client is told how long to wait: a second for the rate, what is left of the lease for a key")
    func waiting() {
        let window = WindowState(limit: 1, remaining: 0, resetAt: Instant(seconds: 0), retryAfter: .milliseconds(3))
        #expect(Face.of(.rateLimited(window)).answer.fields == [AnswerField("Retry-After", "1")])
        let inFlight = Face.of(.idempotencyInFlight(retryAfter: .milliseconds(8500)))
        #expect(inFlight.answer.fields == [AnswerField("Retry-After", "9")])
        #expect(Face.of(.idempotencyMismatch).answer.fields.isEmpty)
    }

    @Test("A wrong method names those that there are, a 401 its scheme")
    func fieldsOfAnswers() {
        let wrong = Face.of(.methodNotAllowed(method: UserData("X"), path: UserData("/"), allowed: ["GET", "PUT"]))
        #expect(wrong.answer.status == 405 && wrong.answer.fields == [AnswerField("Allow", "GET, PUT")])
        #expect(Face.of(.credentialUnknown).answer.fields == [AnswerField("WWW-Authenticate", "Bearer")])
    }
}

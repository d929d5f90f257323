import AdapterKit
import Base
import Model
import Testing

@testable import Harepost

/// Failures of the kernel, with what callers see of them.
@Suite("Harepost errors")
struct ErrorsTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let failure: KernelFailure
        let status: Int
        let body: String

        init(_ failure: KernelFailure, _ status: Int, _ text: String, detail: String? = nil) {
            self.failure = failure
            self.status = status
            body = detail.map { #"{"error":"\#(text)","detail":"\#($0)"}"# } ?? #"{"error":"\#(text)"}"#
        }

        var testDescription: String { "\(status) \(body)" }
    }

    private static func answer(_ failure: KernelFailure) -> Answer {
        Harepost().answer(failure, to: RequestFacts(method: "GET", path: "/", requestID: "req_1"))
    }

    @Test("A failure has its status and exactly this body", arguments: transport + credentials + content + others)
    func face(_ row: Row) {
        let answer = Self.answer(row.failure)
        #expect(answer.status == row.status)
        #expect(String(decoding: answer.body, as: UTF8.self) == row.body)
        #expect(answer.contentType == "application/json")
    }

    static let transport = [
        Row(.malformedRequest(.requestLine), 400, "malformed request"),
        Row(.requestTimedOut, 408, "request timeout"),
        Row(.headTooLarge(limitBytes: 1), 431, "request header is too large"),
        Row(.bodyTooLarge(limitBytes: 1), 400, "request body is too large"),
        Row(.codingUnsupported, 415, "unsupported encoding"),
        Row(.routeNotFound(method: UserData("GET"), path: UserData("/x")), 404, "not found"),
        Row(.featureDisabled(.signup), 404, "not found"),
    ]

    static let credentials = [
        Row(.credentialMissing, 401, "missing or invalid API key"),
        Row(.credentialMalformed(.scheme), 401, "missing or invalid API key"),
        Row(.credentialMalformed(.form), 401, "missing or invalid API key"),
        Row(.credentialUnknown, 401, "missing or invalid API key"),
        Row(.credentialRevoked(at: Instant(seconds: 0)), 401, "missing or invalid API key"),
        Row(.credentialExpired(at: Instant(seconds: 0)), 401, "missing or invalid API key"),
        Row(.accountSuspended, 401, "missing or invalid API key", detail: "account is suspended"),
        Row(
            .addressNotAllowed(nil), 401, "missing or invalid API key",
            detail: "client address is not allowed for this key"),
        Row(
            .domainNotPermitted(domain: "acme.test", action: nil), 403, "forbidden",
            detail: "this API key may not send to acme.test"),
        Row(.accountMismatch, 403, "forbidden"),
    ]

    static let content = [
        Row(.bodyMalformed, 400, "invalid JSON body"),
        Row(.invalid(FieldFault("target", .missing)), 400, "target is required"),
        Row(.invalid(FieldFault("target", .wrongType)), 400, "target has the wrong type"),
        Row(.invalid(FieldFault("target", .scheme(allowed: ["https"]))), 400, "target must be https"),
        Row(.invalid(FieldFault("target", .url)), 400, "target must be an absolute URL"),
        Row(
            .invalid(FieldFault("target", .publicAddress)), 400,
            "target resolves to a private or non-routable address"),
        Row(.invalid(FieldFault("method", .oneOf(["GET"]))), 400, "method is not allowed"),
        Row(.invalid(FieldFault("status", .oneOf([]), location: .query)), 400, "invalid status"),
        Row(.invalid(FieldFault("body", .size(maximum: 5))), 400, "body is larger than 5 bytes"),
        Row(.invalid(FieldFault("id", .identifier(.delivery))), 404, "not found"),
        Row(.invalid(FieldFault("domain", .domainName)), 400, "invalid domain"),
    ]

    static let others = [
        Row(.notFound(.delivery), 404, "not found"),
        Row(.wrongState(.delivery, state: .ended, operation: .cancel), 409, "delivery can no longer be cancelled"),
        Row(.wrongState(.delivery, state: .ended, operation: .send), 409, "delivery can no longer be replayed"),
        Row(.domainUnknown(UserData("x.test"), role: .managed), 404, "not found"),
        Row(
            .domainUnverified(UserData("hooks.acme.test"), role: .destination), 403,
            "destination domain is not verified",
            detail: "Verify hooks.acme.test before sending to it: add the domain with POST /v1/domains, publish the "
                + "TXT record it returns, then call POST /v1/domains/verify."),
        Row(.internalError(incident: "x"), 500, "internal error"),
        Row(.credentialContextInvalid, 500, "internal error"),
        Row(.overloaded(retryAfter: .seconds(1)), 503, "service unavailable"),
        Row(.storageUnavailable, 503, "service unavailable"), Row(.draining, 503, "service unavailable"),
    ]

    @Test("A record that was not found says which, and that the domain waits for it")
    func proof() {
        let record = DNSRecord(
            type: "TXT", name: "_harepost-challenge.acme.test", value: "v", purpose: "challenge", seen: false)
        let answer = Self.answer(.proofNotFound(domain: UserData("acme.test"), record: record))
        #expect(answer.status == 409)
        #expect(
            String(decoding: answer.body, as: UTF8.self) == """
                {"domain":"acme.test","status":"pending","error":"TXT record not found",\
                "detail":"Add the TXT record at _harepost-challenge.acme.test and try again."}
                """)
        let unreadable = Self.answer(.dnsUnreadable(name: UserData("acme.test")))
        #expect(unreadable.status == 409)
        #expect(String(decoding: unreadable.body, as: UTF8.self).contains(#""status":"pending""#))
    }

    @Test("The rate limit says how long to wait, in whole seconds, and nothing else speaks of it")
    func rateLimit() {
        let window = WindowState(
            limit: 60, remaining: 0, resetAt: Instant(seconds: 0), retryAfter: .milliseconds(46_001))
        #expect(Self.answer(.rateLimited(window)).fields == [AnswerField("Retry-After", "47")])
        #expect(Harepost().fields(for: window) == [])
    }

    @Test("A wrong method is told the right ones")
    func allow() {
        let failure = KernelFailure.methodNotAllowed(
            method: UserData("PUT"), path: UserData("/v1/send"), allowed: ["OPTIONS", "POST"])
        #expect(Self.answer(failure).fields == [AnswerField("Allow", "OPTIONS, POST")])
    }
}

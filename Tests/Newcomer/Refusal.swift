import AdapterKit
import Base
import Model

/// A failure in this dialect: a status, and one word.
struct Refusal {
    let status: Int
    let word: String
    var retryAfter: Duration?

    private init(_ status: Int, _ word: String, retryAfter: Duration? = nil) {
        self.status = status
        self.word = word
        self.retryAfter = retryAfter
    }

    func answer(requestID: String) -> Answer {
        // RFC 9110 §10.2.3: whole seconds.
        let wait = retryAfter.map { AnswerField("Retry-After", String(max($0.secondsRoundedUp, 1))) }
        return Answer(
            status: status, fields: wait.map { [$0] } ?? [],
            body: JSONWriter.object { object in
                object.member("error", word)
                object.member("request", requestID)
            })
    }

    /// No `default`: a new failure does not compile before it has an answer here.
    init(_ failure: KernelFailure) {
        switch failure {
        case .malformedRequest, .bodyMalformed, .messageMalformed, .idempotencyKeyInvalid: self.init(400, "malformed")
        case .invalid(let first, _): self.init(400, "invalid: \(first.field)")
        case .requestTimedOut: self.init(408, "timeout")
        case .headTooLarge: self.init(431, "too large")
        case .bodyTooLarge, .messageTooLarge: self.init(413, "too large")
        case .codingUnsupported: self.init(415, "coding")
        case .routeNotFound, .notFound, .domainUnknown(_, role: .managed): self.init(404, "not found")
        case .methodNotAllowed: self.init(405, "method")
        case .methodUnknown: self.init(501, "method")
        case .credentialMissing, .credentialMalformed, .credentialUnknown, .credentialRevoked, .credentialExpired,
            .accountSuspended, .accountMismatch, .credentialContextInvalid, .passwordRefused, .encryptionRequired:
            self.init(401, "unauthorized")
        case .addressNotAllowed, .wrongCredentialKind, .scopeMissing, .domainNotPermitted, .featureDisabled:
            self.init(403, "forbidden")
        case .rateLimited(let window): self.init(429, "slow down", retryAfter: window.retryAfter)
        case .quotaExceeded, .planLimitReached: self.init(429, "no more")
        case .idempotencyInFlight(let wait): self.init(409, "in progress", retryAfter: wait)
        case .busy(_, let wait): self.init(409, "busy", retryAfter: wait)
        case .idempotencyMismatch: self.init(422, "another request")
        case .idempotencyOriginalFailed, .alreadyExists, .wrongState, .selfLockout, .checkFailed, .endpointRefused,
            .proofNotFound, .dnsUnreadable:
            self.init(409, "conflict")
        case .domainUnknown, .domainUnverified, .domainPaused, .domainBanned, .templateNotPublished,
            .templateIncomplete, .templateVariablesMissing, .allRecipientsSuppressed, .recipientRejected:
            self.init(400, "cannot be sent")
        case .internalError: self.init(500, "internal error")
        case .overloaded(let wait): self.init(503, "unavailable", retryAfter: wait)
        case .storageUnavailable, .draining: self.init(503, "unavailable", retryAfter: .seconds(1))
        }
    }
}

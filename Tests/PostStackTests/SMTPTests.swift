import AdapterKit
import Base
import Model
import Testing

@testable import PostStack

/// The relay: replies to every failure, and the fields that speak to it.
@Suite("PostStack over SMTP")
struct SMTPTests {
    private let dialect = SMTPDialect.postStack

    private func code(_ failure: KernelFailure, _ stage: SMTPStage) -> String {
        let reply = dialect.reply(failure, stage, SMTPPeer())
        return "\(reply.code) \(reply.code / 100).\(reply.subject).\(reply.detail)"
    }

    @Test(
        "Failures have their replies, by where they meet the client",
        arguments: [
            (.encryptionRequired, .sender, "530 5.7.0"), (.encryptionRequired, .authentication, "530 5.7.0"),
            (.credentialMissing, .sender, "530 5.7.0"), (.credentialMissing, .authentication, "535 5.7.8"),
            (.credentialUnknown, .authentication, "535 5.7.8"),
            (.credentialMalformed(.form), .authentication, "535 5.7.8"),
            (.credentialRevoked(at: Sample.now), .sender, "535 5.7.8"),
            (.accountSuspended, .authentication, "535 5.7.8"),
            (.domainNotPermitted(domain: "a", action: nil), .message, "550 5.7.1"),
            (.addressNotAllowed(nil), .authentication, "535 5.7.8"), (.addressNotAllowed(nil), .sender, "550 5.7.1"),
            (.domainUnknown(UserData("a"), role: .sender), .message, "550 5.7.1"),
            (.domainUnverified(UserData("a"), role: .sender), .message, "550 5.7.1"),
            (.allRecipientsSuppressed([]), .message, "550 5.7.1"), (.idempotencyMismatch, .message, "550 5.7.1"),
            (.invalid(FieldFault("to", .count(minimum: 1, maximum: 50))), .recipient, "452 4.5.3"),
            (.invalid(FieldFault("to", .email)), .recipient, "553 5.1.3"),
            (.invalid(FieldFault("tags", .count(minimum: 0, maximum: 50))), .message, "550 5.6.0"),
            (.notFound(.template), .message, "550 5.6.0"), (.templateNotPublished, .message, "550 5.6.0"),
            (.messageTooLarge(limitBytes: 1), .sender, "552 5.3.4"), (.messageMalformed, .message, "554 5.6.0"),
            (.internalError(incident: "x"), .message, "451 4.3.2"), (.storageUnavailable, .message, "451 4.3.2"),
            (.overloaded(retryAfter: .zero), .message, "451 4.3.2"), (.draining, .connection, "421 4.3.2"),
            (.draining, .message, "451 4.3.2"),
        ] as [(KernelFailure, SMTPStage, String)])
    func replies(failure: KernelFailure, stage: SMTPStage, expected: String) {
        #expect(code(failure, stage) == expected)
    }

    @Test("A quota and a rate limit are for later, with the API's own words")
    func limits() {
        let quota = QuotaState(period: .day, owner: .account, limit: 1, resetAt: Sample.now)
        #expect(
            dialect.reply(.quotaExceeded(quota), .message, SMTPPeer())
                == SMTPReply(452, (7, 1), "Daily email limit reached."))
        let window = WindowState(limit: 60, remaining: 0, resetAt: Sample.now, retryAfter: .seconds(1))
        #expect(
            dialect.reply(.rateLimited(window), .sender, SMTPPeer())
                == SMTPReply(451, (7, 1), "Rate limit exceeded. Please try again later."))
    }

    // MARK: Special fields

    private func interpreted(_ fields: [(name: String, value: String)]) throws(KernelFailure) -> Submission {
        var submission = Sample.submission
        try dialect.interpret(SpecialFields(fields), Principal(Self.key), &submission)
        return submission
    }

    private static let key = AccessKey(
        id: AccessKey.ID(1), account: Account.ID(1), personality: PersonalityID("poststack"), kind: .secret,
        mode: .live,
        scopes: [], domains: [], allowedNetworks: [], label: "", prefix: "", createdAt: Sample.now, expiresAt: nil,
        revokedAt: nil)

    @Test("Tags stand between commas, and an idempotency key stands for itself")
    func fields() throws {
        let submission = try interpreted([
            ("x-poststack-tags", " a, b c ,,d"), ("x-poststack-idempotency-key", "k-1"),
            ("x-poststack-variables", #"{"name": "Ann"}"#),
        ])
        #expect(submission.tags == ["a", "b c", "d"])
        #expect(submission.idempotency == IdempotencyKey(UserData("k-1")))
        #expect(try interpreted([("x-poststack-idempotency-key", "")]).idempotency == nil)
    }

    @Test("Fields that are wrong are refused")
    func wrongFields() {
        let long = String(repeating: "k", count: 256)
        #expect(throws: KernelFailure.idempotencyKeyInvalid(limitBytes: 255)) {
            try interpreted([("x-poststack-idempotency-key", long)])
        }
        #expect(throws: KernelFailure.notFound(.template)) { try interpreted([("x-poststack-template-id", "tpl_1")]) }
        #expect(throws: KernelFailure.self) { try interpreted([("x-poststack-variables", "[]")]) }
        #expect(throws: KernelFailure.self) { try interpreted([("x-poststack-tags", long + "a")]) }
        let many = (0...50).map(String.init).joined(separator: ",")
        #expect(throws: KernelFailure.self) { try interpreted([("x-poststack-tags", many)]) }
    }

    @Test("Every special field is taken out of the message")
    func takenOut() {
        #expect(dialect.specialFields.allSatisfy { $0.hasPrefix("x-poststack-") && $0 == $0.lowercased() })
        #expect(dialect.specialFields.count == 4)
    }
}

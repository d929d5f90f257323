import AdapterKit
import Base
import Model
import Testing

@testable import Posthawk

/// The relay: replies to every failure.
@Suite("Posthawk over SMTP")
struct SMTPTests {
    private let dialect = SMTPDialect.posthawk

    @Test(
        "Failures have their replies, by where they meet the client",
        arguments: [
            (.encryptionRequired, .sender, "530 5.7.0 Must issue a STARTTLS command first"),
            (.credentialMissing, .sender, "530 5.7.0 Authentication required"),
            (.credentialMissing, .authentication, "535 5.7.8 Missing API key"),
            (.credentialUnknown, .authentication, "535 5.7.8 Invalid API key"),
            (.accountSuspended, .authentication, "535 5.7.8 Account is suspended"),
            (
                .scopeMissing(Sample.shortfall), .sender,
                "550 5.7.1 This API key does not have permission to send. Required scope: sending."
            ),
            (.domainUnknown(UserData("a"), role: .sender), .message, "550 5.7.1 Sender domain is not verified"),
            (.domainUnverified(UserData("a"), role: .sender), .message, "550 5.7.1 Sender domain is not verified"),
            (.allRecipientsSuppressed([UserData("x")]), .message, "550 5.7.1 All recipients are suppressed"),
            (.rateLimited(window), .sender, "452 4.7.1 Rate limit exceeded"),
            (
                .invalid(FieldFault("to", .count(minimum: 1, maximum: 50))), .recipient,
                "452 4.5.3 to must not contain more than 50 elements"
            ),
            (
                .invalid(FieldFault("to", .email, value: UserData("x"))), .recipient,
                "553 5.1.3 Invalid email address in \"to\""
            ),
            (.messageTooLarge(limitBytes: 1), .sender, "552 5.3.4 Email too large"),
            (.messageMalformed, .message, "554 5.6.0 Malformed email"),
            (.internalError(incident: "x"), .message, "451 4.3.2 Internal server error"),
            (.storageUnavailable, .message, "451 4.3.2 Service unavailable"),
            (.draining, .connection, "421 4.3.2 Service unavailable"),
        ] as [(KernelFailure, SMTPStage, String)])
    func replies(failure: KernelFailure, stage: SMTPStage, expected: String) {
        let reply = dialect.reply(failure, stage, SMTPPeer())
        #expect("\(reply.code) \(reply.code / 100).\(reply.subject).\(reply.detail) \(reply.text)" == expected)
    }

    private static let window = WindowState(
        limit: 1, remaining: 0, resetAt: Sample.now, retryAfter: .seconds(1))

    @Test("A key's user is anybody, and what is taken is told its job")
    func accepted() {
        #expect(dialect.credentials == .key(user: nil))
        #expect(dialect.mechanisms == [.plain, .login] && dialect.requiresTLS)
    }
}

import AdapterKit
import Base
import Model

extension SMTPDialect {
    /// Letters over SMTP: the password is a key that may send for all domains, as nobody asks about one. The field
    /// `Letter-Due` says what `due` does over HTTP.
    static let newcomer = SMTPDialect(
        greeting: "ESMTP Newcomer", mechanisms: [.plain], credentials: .key(user: "newcomer"), requiresTLS: true,
        limits: Limits(recipients: 1), requirement: Requirement(anyOf: [Scope.send], domains: .every),
        rateClass: Newcomer.everyRequest, idempotency: nil, specialFields: [dueField],
        interpret: { fields, _, letter throws(KernelFailure) in
            guard let text = fields[dueField] else { return }
            guard let due = Instant(rfc3339: text) else { throw .invalid(FieldFault("due", .timestamp)) }
            letter.scheduledAt = due
        },
        reply: { failure, stage, _ in SMTPReply(.of(failure, at: stage), Refusal(failure).word) },
        accepted: { _, _ in SMTPReply(250, (0, 0), "Taken") })

    private static let dueField = "letter-due"
}

import AdapterKit
import Base
import Model

extension SMTPDialect {
    /// The relay: what goes for `POST /v1/send` goes for it, spoken in replies.
    static let posthawk = SMTPDialect(
        greeting: "ESMTP Posthawk", mechanisms: [.plain, .login], credentials: .key(user: nil), requiresTLS: true,
        limits: Limits(
            recipients: PosthawkLimits.recipientsPerMessage, messageBytes: PosthawkLimits.messageBytes),
        requirement: Requirement(anyOf: [Scope.sending]), rateClass: Posthawk.sends, idempotency: nil,
        specialFields: [], interpret: { _, _, _ in },
        reply: { failure, stage, _ in
            SMTPReply(.posthawk(failure, at: stage), ReplyText.of(failure, at: stage))
        },
        accepted: { acceptance, ids in
            SMTPReply(250, (0, 0), "Ok: queued as \(ids.messages.text(acceptance.message))")
        })
}

/// The words of a reply: those of the API, but for what a mail client's user is helped by, and never what was sent.
private enum ReplyText {
    static func of(_ failure: KernelFailure, at stage: SMTPStage) -> String {
        switch failure {
        case .encryptionRequired: "Must issue a STARTTLS command first"
        case .credentialMissing where stage != .authentication: "Authentication required"
        case .scopeMissing(let shortfall):
            "This API key does not have permission to send. Required scope: \(shortfall.reported)."
        case .domainUnknown, .domainUnverified: "Sender domain is not verified"
        case .domainPaused: "Sender domain is paused"
        case .domainBanned: "Sender domain is banned"
        case .allRecipientsSuppressed: "All recipients are suppressed"
        case .routeNotFound, .methodNotAllowed, .methodUnknown: "Command not known"
        case .invalid(let fault, rest: _): Sentence.sentence(fault, echoes: false)
        default: Face.of(failure).text
        }
    }
}

extension SMTPReplyStatus {
    /// A used-up rate is a limit like any other here.
    fileprivate static func posthawk(_ failure: KernelFailure, at stage: SMTPStage) -> SMTPReplyStatus {
        if case .rateLimited = failure { .quotaExceeded } else { of(failure, at: stage) }
    }
}

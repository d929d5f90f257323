import Base
package import Model

/// How a delivery ends that never reaches a mail server: test keys, and everything in capture mode.
///
/// Decided at accept and kept with the delivery, as its integer form.
package enum SimulatedOutcome: Sendable, Equatable {
    /// A real delivery.
    case none
    case delivered
    /// Nobody answers.
    case timeout
    /// The given SMTP reply code: 4xx defers, 5xx bounces.
    case reply(Int)
    /// One temporary refusal, and no attempt after it.
    case deferredOnce
    /// Given up by us.
    case failed
    /// Held back, as for a suppressed address.
    case suppressed

    package init(code: Int64) {
        switch code {
        case 0: self = .none
        case 1: self = .delivered
        case 2: self = .timeout
        case 3: self = .deferredOnce
        case 4: self = .failed
        case 5: self = .suppressed
        default: self = .reply(Int(code))
        }
    }

    package var code: Int64 {
        switch self {
        case .none: 0
        case .delivered: 1
        case .timeout: 2
        case .deferredOnce: 3
        case .failed: 4
        case .suppressed: 5
        case .reply(let code): Int64(code)
        }
    }

    /// What the sender of a test wants it to come to.
    package init(_ wish: Submission.Wish) {
        switch wish {
        case .delivered: self = .delivered
        case .bounced: self = .reply(550)
        case .deferred: self = .deferredOnce
        case .failed: self = .failed
        case .suppressed: self = .suppressed
        }
    }

    /// How such a delivery ends with its first attempt, whatever its retry policy says; nil: as the attempt comes to.
    package var ending: [MailEvent.Kind]? {
        switch self {
        case .deferredOnce: [.deferred]
        case .failed: [.failed]
        case .suppressed: [.suppressed]
        case .none, .delivered, .timeout, .reply: nil
        }
    }

    /// What a recipient asks for by its local part, in capture mode: `bounce`, `defer`, `timeout`, or a reply code from
    /// 400 to 599, each also as `word+tag`. Everything else is delivered.
    package init(localPartOf address: String) {
        let localPart = address.prefix { $0 != "@" && $0 != "+" }.lowercased()
        switch localPart {
        case "bounce": self = .reply(550)
        case "defer": self = .reply(451)
        case "timeout": self = .timeout
        default:
            if localPart.utf8.count == 3, let code = Int(localPart), (400...599).contains(code) {
                self = .reply(code)
            } else {
                self = .delivered
            }
        }
    }

    /// What an attempt at such a delivery comes to; nil for a real one.
    package var attempt: AttemptOutcome? {
        switch self {
        case .none: nil
        case .delivered:
            .accepted(AttemptResult(classification: .none, code: 250, text: .init("captured"), host: "capture"))
        case .timeout:
            .deferred(
                AttemptResult(
                    classification: .noAnswer, code: 0, text: .init("no answer (asked for by the local part)"),
                    host: "capture"))
        case .deferredOnce:
            .deferred(
                AttemptResult(
                    classification: .mailboxFull, code: 452, enhancedStatus: "4.2.2", text: .init("asked for"),
                    host: "capture"))
        case .failed, .suppressed:
            .refused(AttemptResult(classification: .none, code: 0, text: .init("asked for"), host: "capture"))
        case .reply(let code) where code < 500:
            .deferred(
                AttemptResult(
                    classification: .transient, code: code, text: .init("asked for by the local part"), host: "capture")
            )
        case .reply(let code):
            .refused(
                AttemptResult(
                    classification: .invalidRecipient, code: code, text: .init("asked for by the local part"),
                    host: "capture"))
        }
    }
}

import Model
import Ports
import SMTPWire

/// Says what a negative reply means for the mail: what its enhanced status and its words say (`RefusalClassifier`), or
/// its code, by the command that it answers.
enum ReplyClassifier {
    typealias Class = AttemptResult.Class

    /// `stage` nil: the reply ended the session, outside any transaction.
    static func classify(_ reply: Reply, at stage: TransactionStage?) -> Class {
        let status = reply.status.map {
            RefusalStatus(isPermanent: $0.isPermanent, subject: $0.subject, detail: $0.detail)
        }
        return RefusalClassifier.classify(status, reply.text) ?? coded(reply, at: stage)
    }
}

// MARK: - Codes

extension ReplyClassifier {
    private static func coded(_ reply: Reply, at stage: TransactionStage?) -> Class {
        if isAboutAuthentication(reply.code) { return .authentication }
        switch reply.code {
        case .parameterSyntaxError: return syntax(at: stage)
        case .parametersNotAccommodated, .commandUnrecognized, .commandNotImplemented, .badSequence,
            .parameterNotImplemented, .parametersNotRecognized:
            return .protocolError
        case .hostNeverAcceptsMail, .domainNeverAcceptsMail: return .badDomain
        case .mailboxUnavailable: return unavailable(at: stage)
        case .userNotLocal: return .invalidRecipient
        // RFC 1870 §6.1: the answer to a SIZE that is too large.
        case .storageExceeded: return stage == .mail ? .content : .mailboxFull
        case .mailboxNameNotAllowed: return stage == .mail ? .invalidSender : .invalidRecipient
        case .transactionFailed: return .policy
        default: return reply.isTransient ? .transient : .unknown
        }
    }

    /// The server wants to know who we are, or does not believe it. The operator can mend that; see `Verdict`.
    static func isAboutAuthentication(_ code: ReplyCode) -> Bool {
        switch code {
        case .passwordTransitionNeeded, .temporarilyNoTLSOrAuthentication, .authenticationOrTLSRequired,
            .mechanismTooWeak, .credentialsInvalid, .mechanismNeedsEncryption:
            true
        default: false
        }
    }

    /// Our syntax is right as far as the RFCs go, so what is refused is the address.
    private static func syntax(at stage: TransactionStage?) -> Class {
        switch stage {
        case .mail: .invalidSender
        case .recipient: .invalidRecipient
        case .data, .content, nil: .protocolError
        }
    }

    private static func unavailable(at stage: TransactionStage?) -> Class {
        switch stage {
        case .mail: .invalidSender
        case .recipient: .invalidRecipient
        case .data, .content, nil: .policy
        }
    }
}

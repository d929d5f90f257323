import Base
import Model
import Ports
import Posix
import SMTPWire

/// Puts what happened on one hop into the kernel's words.
struct Verdict {
    /// The hop, `host:port`; nil where none was found.
    let host: String?
    /// The hop is the operator's own server, the smarthost.
    let isOwnServer: Bool

    // MARK: What the server said

    /// `digest` goes with acceptance: it is of the bytes that were handed over. `recipient`: its address as it stood in
    /// the command. `judged`: how many recipients the reply to the content decided.
    func outcome(
        _ outcome: RecipientOutcome, of recipient: String, judged: Int, digest: [UInt8]
    ) -> AttemptOutcome {
        switch outcome {
        case .accepted(let reply):
            var result = result(of: reply, .none)
            result.contentDigest = digest
            return .accepted(result)
        case .refused(let reply, let stage):
            return refusal(
                reply, ReplyClassifier.verdict(on: reply, at: stage, recipient: recipient, recipients: judged))
        case .failed(let failure): return self.outcome(failure)
        }
    }

    private func refusal(_ reply: Reply, _ verdict: RefusalVerdict) -> AttemptOutcome {
        let result = result(of: reply, verdict.classification)
        // A smarthost that does not accept our credentials says nothing about the message: it waits until the operator
        // has mended them. Another's server that asks for some takes no mail from us.
        let isOurs = isOwnServer && ReplyClassifier.isAboutAuthentication(reply.code)
        return verdict.isPermanent && !isOurs ? .refused(result) : .deferred(result)
    }

    private func result(of reply: Reply, _ classification: AttemptResult.Class) -> AttemptResult {
        let text = String(reply.text.text.prefix(SMTPDeliveryLimits.replyTextCharacters))
        return AttemptResult(
            classification: classification, code: Int(reply.code.rawValue),
            enhancedStatus: reply.status?.description, text: UserData(text), host: host)
    }

    // MARK: What nobody said

    private func outcome(_ failure: DeliveryFailure) -> AttemptOutcome {
        switch failure {
        case .closed(let reason): return outcome(reason)
        // RFC 5321 §4.5.4.1: the message may have arrived. At least once is the promise, so it is tried again.
        case .lostAfterData(let reason): return outcome(reason)
        case .tooManyRecipients(let reply): return .deferred(result(of: reply, .throttled))
        case .smtpUTF8NotOffered:
            return own(failure, .content, "the next hop does not take internationalized addresses")
        case .eightBitMIMENotOffered: return own(failure, .content, "the next hop does not take 8-bit content")
        case .messageTooLarge(let limit): return own(failure, .content, "the next hop takes at most \(limit) octets")
        case .contentInvalid: return own(failure, .content, "the message has a line end that is not CRLF")
        }
    }

    private func own(
        _ failure: DeliveryFailure, _ classification: AttemptResult.Class, _ text: String
    ) -> AttemptOutcome {
        let result = result(classification, failure.status, text)
        return failure.isPermanent ? .refused(result) : .deferred(result)
    }

    /// Always deferred: how a session ends says nothing about a message. Not even a refused greeting does, or a refused
    /// password: of a smarthost, both are the operator's to mend, and another server refuses us as often by mistake as
    /// on purpose.
    private func outcome(_ reason: CloseReason) -> AttemptOutcome {
        if let reply = reason.reply {
            var result = result(of: reply, ReplyClassifier.verdict(on: reply, at: nil).classification)
            if case .authenticationRefused = reason { result.classification = .authentication }
            return .deferred(result)
        }
        let (classification, status) = nature(of: reason)
        return .deferred(result(classification, status, reason.sentence))
    }

    private func nature(of reason: CloseReason) -> (AttemptResult.Class, EnhancedStatus) {
        switch reason {
        case .timedOut: (.noAnswer, .badConnection)
        case .protocolViolation: (.protocolError, .protocolErrorForNow)
        case .tlsNotOffered: (.policy, .securityFailureForNow)
        case .tlsFailed: (.badConnection, .securityFailureForNow)
        case .authenticationNotOffered, .authenticationNeedsTLS: (.authentication, .notAuthorizedForNow)
        default: (.badConnection, .badConnection)
        }
    }

    func outcome(_ fault: ConnectionFault) -> AttemptOutcome {
        let sentence = fault.sentence
        return switch fault {
        case .nameNotFound, .noAddress, .resolver: .deferred(result(.dnsFailure, .directoryFailure, sentence))
        case .connect, .connectTimedOut: .deferred(result(.noAnswer, .noAnswerFromHost, sentence))
        case .closed(let reason, _): outcome(reason)
        case .outOfTime: .deferred(result(.transient, .temporaryFailure, sentence))
        case .notNamedByPolicy: .deferred(result(.policy, .securityFailureForNow, sentence))
        case .unroutable(let refusal): .refused(result(refusal.classification, refusal.status, sentence))
        }
    }

    private func result(
        _ classification: AttemptResult.Class, _ status: EnhancedStatus, _ text: String
    ) -> AttemptResult {
        AttemptResult(
            classification: classification, code: 0, enhancedStatus: status.description, text: UserData(text),
            host: host)
    }

    // MARK: What failed here

    /// Nobody was asked, so no host is named.
    static func outcome(_ failure: KernelFailure) -> AttemptOutcome {
        if failure.isTemporary {
            return .deferred(AttemptResult(classification: .transient, code: 0, text: notLoaded))
        }
        return .refused(AttemptResult(classification: .content, code: 0, text: notComposed))
    }

    private static let notLoaded = UserData("the message could not be loaded")
    private static let notComposed = UserData("the message could not be composed")

    /// The address cannot stand in a command, so nobody was asked.
    static let unusableRecipient = AttemptOutcome.refused(
        AttemptResult(
            classification: .invalidRecipient, code: 0,
            enhancedStatus: EnhancedStatus.badDestinationSyntax.description,
            text: UserData("the recipient's address cannot be used in SMTP")))

    static let unusableSender = AttemptOutcome.refused(
        AttemptResult(
            classification: .invalidSender, code: 0, enhancedStatus: EnhancedStatus.badSenderSyntax.description,
            text: UserData("the sender's address cannot be used in SMTP")))
}

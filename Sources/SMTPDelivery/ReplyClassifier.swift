import Base
import MailFormat
import Model
import Ports
import SMTPWire

/// Hands a negative reply to the judge (`RefusalJudge`) with what is known of it on the wire.
enum ReplyClassifier {
    /// `stage` nil: the reply ended the session, outside any transaction. `recipient`: whose outcome it is, as it stood
    /// in the command; `recipients`: how many the transaction had.
    static func verdict(
        on reply: Reply, at stage: TransactionStage?, recipient: String? = nil, recipients: Int = 1
    ) -> RefusalVerdict {
        let text = reply.text.text
        return RefusalJudge.verdict(
            on: RefusalEvidence(
                command: command(stage), code: Int(reply.code.rawValue),
                status: reply.status.flatMap { ReportedStatus(in: $0.description) }, text: text,
                recipients: recipients,
                namesAddress: recipient.map { text.asciiLowercased.contains($0.asciiLowercased) } ?? false))
    }

    private static func command(_ stage: TransactionStage?) -> RefusedCommand {
        switch stage {
        case .mail: .mail
        case .recipient: .recipient
        case .data, .content: .content
        case nil: .session
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
}

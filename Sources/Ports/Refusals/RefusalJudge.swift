import MailFormat
import Model

/// Says what a refusal means, whether a server answered it to us or a report brought it: the same words never disagree.
///
/// 1. The words (`RefusalWords`) outweigh every code: `550 5.1.1 .. blacklisted` speaks of us.
/// 2. Without such words an enhanced status that leaves no doubt (RFC 3463), the text's own before that of a report.
/// 3. Then a reply code that leaves none, and a vague status.
/// 4. The rest is `unknown`: it takes positive evidence to hold a mailbox for dead.
///
/// The command bounds what can be meant. A reply to MAIL FROM, or to what comes before, speaks of no recipient. One to
/// the content does where its words say so and there is only one recipient, or the reply names the address.
///
/// Whether it is permanent the first digit of the reply alone decides (RFC 5321 §4.2.1); where no reply is told, that
/// of the status. Pure; any thread.
public enum RefusalJudge {
    public static func verdict(on evidence: RefusalEvidence) -> RefusalVerdict {
        let text = RefusalText(withoutPreamble(evidence.text))
        let code = evidence.code ?? text.code
        let status = text.status ?? evidence.status
        let isPermanent = code.map { $0 >= 500 } ?? status.map(\.isPermanent) ?? true
        let told = RefusalWords.row(for: text, status, at: evidence.command)?.classification
        var classification =
            told ?? status.flatMap(precise) ?? code.flatMap { coded($0, at: evidence.command) }
            ?? status.flatMap { vague($0, isPermanent: isPermanent) } ?? (isPermanent ? .unknown : .transient)
        if classification.meansBadAddress || classification == .mailboxFull {
            classification = bounded(classification, isWorded: told != nil, evidence)
        }
        return RefusalVerdict(classification, isPermanent: isPermanent)
    }

    /// IronPort begins with a sentence of its own for whatever the other server said behind it.
    private static func withoutPreamble(_ text: String) -> String {
        for preamble in ["5.1.0 - Unknown address error ", "5.3.0 - Other mail system problem "] {
            if text.hasPrefix(preamble) { return String(text.dropFirst(preamble.count)) }
        }
        return text
    }

    /// What is said of an address, where it can be said.
    private static func bounded(
        _ classification: AttemptResult.Class, isWorded: Bool, _ evidence: RefusalEvidence
    ) -> AttemptResult.Class {
        switch evidence.command {
        case .session: .policy
        // Theirs is a quotation of how they judged our own address.
        case .mail: .invalidSender
        case .content where classification.meansBadAddress:
            isWorded && (evidence.recipients == 1 || evidence.namesAddress) ? classification : .unknown
        case .content, .recipient, nil: classification
        }
    }
}

// MARK: - Enhanced status

extension RefusalJudge {
    /// RFC 3463 §3, with the additions of the registry (RFC 5248).
    private static func precise(_ status: ReportedStatus) -> AttemptResult.Class? {
        switch status.subject {
        case 1: address(status.detail)
        case 2: mailbox(status.detail)
        case 3: system(status.detail)
        case 4: network(status.detail)
        case 5: mailProtocol(status.detail)
        case 6: .content
        case 7: security(status.detail)
        default: nil
        }
    }

    private static func address(_ detail: UInt16) -> AttemptResult.Class? {
        switch detail {
        case 1, 3: .invalidRecipient  // unknown mailbox, its syntax
        case 2, 10: .badDomain  // unknown system; null MX (RFC 7505)
        case 6: .inactiveMailbox  // moved
        case 7, 8: .invalidSender
        default: nil
        }
    }

    private static func mailbox(_ detail: UInt16) -> AttemptResult.Class? {
        switch detail {
        case 1: .inactiveMailbox
        case 2: .mailboxFull
        case 3: .content  // longer than this mailbox takes
        case 4: .routing  // a list that cannot be expanded
        default: nil
        }
    }

    private static func system(_ detail: UInt16) -> AttemptResult.Class? {
        switch detail {
        case 3: .protocolError  // asked for a feature that it lacks
        case 4: .content  // longer than the system takes
        case 5: .routing  // incorrectly configured
        default: nil
        }
    }

    private static func network(_ detail: UInt16) -> AttemptResult.Class? {
        switch detail {
        case 1: .noAnswer
        case 2: .badConnection
        case 3: .dnsFailure
        case 4, 6: .routing  // no route, a loop
        case 5: .throttled  // congestion
        case 7: .expired
        default: nil
        }
    }

    private static func mailProtocol(_ detail: UInt16) -> AttemptResult.Class? {
        switch detail {
        case 1, 2, 4, 5, 6: .protocolError
        case 3: .throttled  // too many recipients
        default: nil
        }
    }

    private static func security(_ detail: UInt16) -> AttemptResult.Class? {
        switch detail {
        case 2, 15, 16, 19, 30: .policy
        case 8, 9, 11, 12, 13, 14: .authentication  // ours with this server (RFC 4954 §6)
        case 17: .inactiveMailbox  // has another owner now
        case 18: .badDomain  // has another owner now
        case 20...26, 29: .authentication  // the message's: DKIM, SPF, reverse DNS
        case 27: .invalidSender  // its domain has a null MX (RFC 7505)
        case 28: .throttled  // mail flood
        default: nil
        }
    }

    /// `x.7.0` and the like: the subject is all that is known. `x.1.0` may be the sender's address, and `x.2.0` a
    /// filter of the mailbox's.
    private static func vague(_ status: ReportedStatus, isPermanent: Bool) -> AttemptResult.Class? {
        switch (status.subject, isPermanent) {
        case (4, _): .badConnection
        case (5, _): .protocolError
        case (7, true): .policy
        case (7, false): .throttled
        case (2, false), (3, false): .transient
        default: nil
        }
    }
}

// MARK: - Reply codes

extension RefusalJudge {
    /// RFC 5321 §4.2.3; nil where the code is used for many things.
    private static func coded(_ code: Int, at command: RefusedCommand?) -> AttemptResult.Class? {
        switch code {
        // RFC 4954 §6, RFC 3207 §4
        case 432, 454, 530, 534, 535, 538: .authentication
        case 455, 500, 502, 503, 504, 555: .protocolError
        case 501: command == .mail ? .invalidSender : .protocolError
        // RFC 7504 §3 and §4: the host, or the domain, takes no mail. A host may say so to whom it blocks.
        case 521: .policy
        case 556: .badDomain
        // RFC 1870 §6.1: the answer to a SIZE that is too large.
        case 552: command == .mail ? .content : .mailboxFull
        case 550, 553: command == .mail ? .invalidSender : command == .content ? .policy : nil
        case 554: .policy
        default: nil
        }
    }
}

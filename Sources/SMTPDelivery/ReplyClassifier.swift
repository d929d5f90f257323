import Base
import Model
import SMTPWire

/// Says what a negative reply means for the mail: a table, read from the most precise statement to the vaguest.
///
/// 1. An enhanced status that leaves no doubt (RFC 3463).
/// 2. The words, where status and code are used for many things: `450 4.7.1` is greylisting and throttling.
/// 3. A vague enhanced status.
/// 4. The code, by the command that it answers.
enum ReplyClassifier {
    typealias Class = AttemptResult.Class

    /// `stage` nil: the reply ended the session, outside any transaction.
    static func classify(_ reply: Reply, at stage: TransactionStage?) -> Class {
        if let status = reply.status, let `class` = precise(status) { return `class` }
        if let `class` = worded(reply) { return `class` }
        if let status = reply.status, let `class` = vague(status) { return `class` }
        return coded(reply, at: stage)
    }
}

// MARK: - Enhanced status

extension ReplyClassifier {
    /// RFC 3463 §3, with the additions of the registry (RFC 5248).
    private static func precise(_ status: EnhancedStatus) -> Class? {
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

    private static func address(_ detail: UInt16) -> Class? {
        switch detail {
        case 1, 3, 4: .invalidRecipient  // unknown mailbox, its syntax, ambiguous
        case 2, 10: .badDomain  // unknown system; null MX (RFC 7505)
        case 6: .inactiveMailbox  // moved
        case 7, 8: .invalidSender
        default: nil
        }
    }

    private static func mailbox(_ detail: UInt16) -> Class? {
        switch detail {
        case 1: .inactiveMailbox
        case 2: .mailboxFull
        case 3: .content  // longer than this mailbox takes
        case 4: .routing  // a list that cannot be expanded
        default: nil
        }
    }

    private static func system(_ detail: UInt16) -> Class? {
        switch detail {
        case 3: .protocolError  // asked for a feature that it lacks
        case 4: .content  // longer than the system takes
        case 5: .routing  // incorrectly configured
        default: nil
        }
    }

    private static func network(_ detail: UInt16) -> Class? {
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

    private static func mailProtocol(_ detail: UInt16) -> Class? {
        switch detail {
        case 1, 2, 4, 5, 6: .protocolError
        case 3: .throttled  // too many recipients
        default: nil
        }
    }

    private static func security(_ detail: UInt16) -> Class? {
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

    /// `x.2.0` and the like: the subject is all that is known.
    private static func vague(_ status: EnhancedStatus) -> Class? {
        switch (status.subject, status.isPermanent) {
        case (1, true): .invalidRecipient
        case (2, true): .inactiveMailbox
        case (4, _): .badConnection
        case (5, _): .protocolError
        case (7, true): .policy
        case (7, false): .throttled
        case (2, false), (3, false): .transient
        default: nil
        }
    }
}

// MARK: - Words

extension ReplyClassifier {
    private static func worded(_ reply: Reply) -> Class? {
        let text = reply.text.text.asciiLowercased
        return words.first { line in line.words.contains { text.contains($0) } }?.class
    }

    /// Earlier lines win: greylisting servers also say "try again later", blocklists also say "policy".
    private static let words: [(class: Class, words: [String])] = [
        (.greylisted, ["greylist", "graylist", "grey list", "gray list", "grey-list", "gray-list"]),
        (
            .reputation,
            ["spamhaus", "blacklist", "blocklist", "black list", "block list", "denylist", "dnsbl", "reputation"]
        ),
        (.throttled, ["rate limit", "ratelimit", "throttl", "too many", "too fast", "rate exceeded"]),
        (.mailboxFull, ["mailbox full", "mailbox is full", "over quota", "quota exceeded", "out of storage"]),
        (.inactiveMailbox, ["inactive", "account disabled", "account is disabled", "mailbox disabled", "suspended"]),
        (.invalidRecipient, ["user unknown", "unknown user", "no such user", "no such recipient", "no mailbox here"]),
        (.content, ["spam", "virus", "malware", "message size", "too large", "too big"]),
    ]
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

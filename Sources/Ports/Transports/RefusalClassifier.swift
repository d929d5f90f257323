package import Base
package import Model

/// What an enhanced status says of a refusal (RFC 3463 §2), without its class but for whether that is permanent.
package struct RefusalStatus: Hashable, Sendable {
    package var isPermanent: Bool
    package var subject: UInt16
    package var detail: UInt16

    package init(isPermanent: Bool, subject: UInt16, detail: UInt16) {
        self.isPermanent = isPermanent
        self.subject = subject
        self.detail = detail
    }
}

/// Says what a refusal means for the mail, whether a server answered it to us or a report brought it: a table, read
/// from the most precise statement to the vaguest.
///
/// 1. An enhanced status that leaves no doubt (RFC 3463).
/// 2. The words, where status and code are used for many things: `450 4.7.1` is greylisting and throttling.
/// 3. A vague enhanced status.
///
/// What is left then, a bare reply code, means something only beside the command that it answers.
package enum RefusalClassifier {
    package typealias Class = AttemptResult.Class

    /// nil where neither the status nor the words tell.
    package static func classify(_ status: RefusalStatus?, _ text: UserData) -> Class? {
        if let status, let `class` = precise(status) { return `class` }
        return worded(text) ?? status.flatMap(vague)
    }
}

// MARK: - Enhanced status

extension RefusalClassifier {
    /// RFC 3463 §3, with the additions of the registry (RFC 5248).
    private static func precise(_ status: RefusalStatus) -> Class? {
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
    private static func vague(_ status: RefusalStatus) -> Class? {
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

extension RefusalClassifier {
    private static func worded(_ text: UserData) -> Class? {
        let text = text.text.asciiLowercased
        return words.first { line in line.words.contains { text.contains($0) } }?.class
    }

    /// Earlier lines win: greylisting servers also say "try again later", blocklists also say "policy". A refusal of a
    /// sender may repeat how its own address was judged. What is said of relaying stands here because a bare 550 to
    /// RCPT would otherwise mean that there is no such mailbox, which suppresses the address.
    private static let words: [(class: Class, words: [String])] = [
        (.greylisted, ["greylist", "graylist", "grey list", "gray list", "grey-list", "gray-list"]),
        (
            .reputation,
            ["spamhaus", "blacklist", "blocklist", "black list", "block list", "denylist", "dnsbl", "reputation"]
        ),
        (.throttled, ["rate limit", "ratelimit", "throttl", "too many", "too fast", "rate exceeded"]),
        (.invalidSender, ["sender verify", "sender address rejected", "sender rejected"]),
        (.mailboxFull, ["mailbox full", "mailbox is full", "over quota", "quota exceeded", "out of storage"]),
        (.inactiveMailbox, ["inactive", "account disabled", "account is disabled", "mailbox disabled", "suspended"]),
        (
            .invalidRecipient,
            [
                "user unknown", "unknown user", "no such user", "no such recipient", "no mailbox here",
                "user not found", "recipient not found", "unknown recipient", "recipient unknown", "no such mailbox",
                "mailbox not found", "unknown local part", "user doesn't have a", "not listed in domino directory",
            ]
        ),
        (.content, ["spam", "virus", "malware", "message size", "too large", "too big"]),
        (
            .policy,
            ["relay", "rcpthosts", "policy", "blocked", "banned", "access denied", "administrative prohibition"]
        ),
    ]
}

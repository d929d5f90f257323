public import Base

/// Something that happened to a message; written in the same transaction as the change that it reports.
public struct MailEvent: Sendable, Equatable {
    public typealias ID = Serial<MailEvent>

    public enum Kind: UInt8, Sendable, CaseIterable {
        /// On disk and promised.
        case accepted = 0
        /// Handed to the next hop.
        case transmitted = 1
        case delivered = 2
        /// A temporary refusal; another attempt follows.
        case deferred = 3
        /// Permanently refused by the receiving side.
        case bounced = 4
        /// Given up after temporary refusals.
        case softBounced = 5
        /// Given up by us.
        case failed = 6
        case suppressed = 7
        /// Taken back by the caller.
        case cancelled = 8
        /// The caller gave it another time.
        case rescheduled = 9
        case complained = 10
        case opened = 11
        case clicked = 12
        case unsubscribed = 13
        /// Given up before, and queued again by the operator.
        case replayed = 14
    }

    public var id: ID
    public var message: Message.ID
    /// Index into the message's recipients; nil where the event is the whole message's.
    public var recipient: Int?
    public var kind: Kind
    public var at: Instant
    public var attempt: AttemptResult?
    /// The new time, of `rescheduled`.
    public var due: Instant?

    public init(
        id: ID, message: Message.ID, recipient: Int?, kind: Kind, at: Instant, attempt: AttemptResult? = nil,
        due: Instant? = nil
    ) {
        self.id = id
        self.message = message
        self.recipient = recipient
        self.kind = kind
        self.at = at
        self.attempt = attempt
        self.due = due
    }
}

/// What one attempt at a recipient came to: the remote side's own words, or ours where nobody answered.
public struct AttemptResult: Hashable, Sendable {
    /// Why an attempt did not succeed; fine enough for the finest dialect.
    public enum Class: UInt8, Sendable, CaseIterable {
        case none = 0
        case invalidRecipient, inactiveMailbox, badDomain, invalidSender, mailboxFull
        case noAnswer, badConnection, dnsFailure, routing
        case transient, greylisted, throttled
        case reputation, policy, content, authentication, protocolError, expired, unknown
    }

    public var classification: Class
    /// The SMTP reply code; 0 where there was no reply.
    public var code: Int
    /// `5.1.1` and its kin (RFC 3463); nil where none was given.
    public var enhancedStatus: String?
    /// The reply's text, or our own sentence.
    public var text: UserData
    /// Who said it: host and port.
    public var host: String?
    /// SHA-256 of the bytes handed over, so that `message raw` can prove that it shows those; nil where none were.
    public var contentDigest: [UInt8]?
    /// What was said with the next hop, a line each: `C: ` before what we said, `S: ` before the server's words, `* `
    /// before what else happened. Without credentials and content. nil where nobody was asked.
    public var dialogue: UserData?

    public init(
        classification: Class, code: Int, enhancedStatus: String? = nil, text: UserData, host: String? = nil,
        contentDigest: [UInt8]? = nil, dialogue: UserData? = nil
    ) {
        self.classification = classification
        self.code = code
        self.enhancedStatus = enhancedStatus
        self.text = text
        self.host = host
        self.contentDigest = contentDigest
        self.dialogue = dialogue
    }
}

extension AttemptResult.Class {
    /// The class's name, for the log.
    public var word: StaticString {
        switch self {
        case .none: "none"
        case .invalidRecipient: "invalidRecipient"
        case .inactiveMailbox: "inactiveMailbox"
        case .badDomain: "badDomain"
        case .invalidSender: "invalidSender"
        case .mailboxFull: "mailboxFull"
        case .noAnswer: "noAnswer"
        case .badConnection: "badConnection"
        case .dnsFailure: "dnsFailure"
        case .routing: "routing"
        case .transient: "transient"
        case .greylisted: "greylisted"
        case .throttled: "throttled"
        case .reputation: "reputation"
        case .policy: "policy"
        case .content: "content"
        case .authentication: "authentication"
        case .protocolError: "protocolError"
        case .expired: "expired"
        case .unknown: "unknown"
        }
    }
}

extension AttemptResult {
    /// The enhanced status, if it is nothing but that: digits and points.
    public var loggableStatus: OperatorText? {
        guard let enhancedStatus, enhancedStatus.utf8.allSatisfy({ ASCII.isDigit($0) || $0 == ASCII.period }) else {
            return nil
        }
        return OperatorText(enhancedStatus)
    }
}

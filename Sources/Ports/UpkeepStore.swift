public import Base
public import Model

/// The part of the `Store` port that the operator's own business needs; its contract is the `Store`'s.
public protocol UpkeepStore: Sendable {
    /// The lanes that the operator holds back, by name, in no order.
    func pausedLanes() async throws(KernelFailure) -> [String]

    /// When the next message ends by its caller's word (`Submission.Keeping`); nil: none does.
    func nextMessageEnd() async throws(KernelFailure) -> Instant?

    /// What `removeMessages` asked for and `removedMessages` has not ended.
    func mailRemovals() async throws(KernelFailure) -> [MailRemoval]
}

/// A domain that is gone, whose messages are to go as well.
public struct MailRemoval: Sendable, Equatable {
    public var domain: MailDomain.ID
    public var account: Account.ID

    public init(domain: MailDomain.ID, account: Account.ID) {
        self.domain = domain
        self.account = account
    }
}

/// One atomic change of what is the operator's own.
public enum UpkeepChange: Sendable {
    /// Holds a lane back, or lets it go on; what is so already stays so.
    case setPaused(lane: String, Bool)
    /// Writes something that changes nothing: where that fails, nothing else can be written either.
    case probe
    /// Removes one slice of what is older than it has to be kept. The serial is the last row that was looked at, from
    /// which the next slice goes on, and 0 where nothing more is old enough.
    case clear(Clearing)
    /// Removes a message with all that is known of it; `wrongState` while it is not finished.
    case removeMessage(Message.ID)
    /// Notes that the messages sent from a domain are to go, slice by slice, also after a restart.
    case removeMessages(MailRemoval)
    /// All of them are gone.
    case removedMessages(MailRemoval)
    /// Removes what ends by its caller's word, at most so many. What is not finished is put off. The serial is how many
    /// there were.
    case endMessages(at: Instant, limit: Int)
}

/// A slice of a removal. Rows stand in the order of their making, so it ends at the first one that is young enough.
public struct Clearing: Sendable, Equatable {
    public enum Rows: String, Sendable, CaseIterable {
        /// Texts, attachments and files of messages, whose heads and events stay. Those that were given up keep theirs,
        /// as they may be sent again.
        case contents
        /// Messages with their contents and events.
        case messages
        /// What happened to messages on the way: attempts that were put off, and what was said with servers. How each
        /// recipient ended stays.
        case events
        /// Idempotency keys whose message is gone. Of all accounts and origins.
        case keys
        /// Webhook deliveries. Of all accounts.
        case webhooks
        /// Relayed requests with their bodies and attempts.
        case relays
        /// Personalities' records. Only as all of an account's.
        case records
    }

    /// Which of the rows go.
    public enum Extent: Sendable, Equatable {
        /// What is finished; the rest is passed over.
        case finished
        /// All of the account's, which is being removed. What waits is given up.
        case account
        /// Messages that were sent from the domain, which is gone. What waits is given up.
        case domain(MailDomain.ID)
    }

    public var rows: Rows
    public var account: Account.ID
    public var origin: PersonalityID
    public var before: Instant
    /// The row that was looked at last.
    public var after: Int64
    /// Rows to look at.
    public var limit: Int
    public var extent: Extent

    public init(
        _ rows: Rows, account: Account.ID, origin: PersonalityID, before: Instant, after: Int64 = 0, limit: Int,
        extent: Extent = .finished
    ) {
        self.extent = extent
        self.rows = rows
        self.account = account
        self.origin = origin
        self.before = before
        self.after = after
        self.limit = limit
    }
}

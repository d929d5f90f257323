public import Base

/// Which of its messages a caller wants to see: every condition that is set must hold.
public struct MessageFilter: Sendable, Equatable {
    /// The message's folded state is one of these.
    public var states: [Recipient.State]?
    public var domain: MailDomain.ID?
    /// From one of these; nil: from any.
    public var domains: Set<MailDomain.ID>?
    /// Accepted at or after.
    public var from: Instant?
    /// Accepted before.
    public var until: Instant?
    /// Substrings, compared without case: of any recipient's address, of the sender's, of the subject.
    public var toContains: String?
    public var fromContains: String?
    public var subjectContains: String?
    /// Exactly this tag.
    public var tag: String?
    /// Only messages that were given a time when they were accepted.
    public var isScheduled = false
    /// The time that the message was given last lies after this one, or not after that one.
    public var dueAfter: Instant?
    public var dueBy: Instant?
    /// Nothing matches, whatever else is set: the caller asked for a value that no message has.
    public var matchesNothing = false

    public init() {}

    /// Nothing is narrowed, so that a maintained count is the total.
    public var isEmpty: Bool { self == MessageFilter() }
}

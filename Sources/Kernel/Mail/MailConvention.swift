public import Base
public import Model

/// A personality's manner with mail as the kernel uses it.
public struct MailConvention: Sendable {
    /// When its mail is tried again; nil: as everybody's.
    public var retries: RetryPolicy?
    /// nil: its messages are identified as wholes, by the server's own numbers.
    public var identities: MessageIdentities?

    public init(retries: RetryPolicy? = nil, identities: MessageIdentities? = nil) {
        self.retries = retries
        self.identities = identities
    }
}

/// How a dialect writes the left sides of Message-IDs of single recipients' parts, and reads them back.
public struct MessageIdentities: Sendable {
    /// Of the recipient at a place of a message that was made at that time.
    public var text: @Sendable (Message.ID, Int, Instant) -> String
    /// The recipient that a left side names; nil for others' texts.
    public var part: @Sendable (String) -> (message: Message.ID, recipient: Int)?

    public init(
        text: @escaping @Sendable (Message.ID, Int, Instant) -> String,
        part: @escaping @Sendable (String) -> (message: Message.ID, recipient: Int)?
    ) {
        self.text = text
        self.part = part
    }
}

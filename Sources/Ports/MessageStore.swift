public import Base
public import Model

/// The part of the `Store` port that reads messages; its contract is the `Store`'s.
public protocol MessageStore: Sendable {
    /// One message with its recipients' states and its events; nil if there is none. `content` false leaves bodies and
    /// attachments out.
    func message(_ id: Message.ID, content: Bool) async throws(KernelFailure) -> Message?

    /// Bytes of a message's bodies and attachments, as kept, where they are large; nil where they are not, or there are
    /// none.
    func contentBytes(of id: Message.ID) async throws(KernelFailure) -> Int?

    /// A page of messages, without bodies and attachments.
    func messages(_ query: MessageQuery) async throws(KernelFailure) -> Page<Message>

    /// How many of a tenant's messages there are, how many wait, and how many were given up.
    func tally(of tenant: Tenant, at now: Instant) async throws(KernelFailure) -> MessageTally

    /// A page of recipients' parts. No total is told.
    func deliveries(_ query: DeliveryQuery) async throws(KernelFailure) -> Page<DeliveryPart>

    /// What happened after `event` (0: from the start), oldest first, at most `limit`.
    func events(after event: MailEvent.ID, limit: Int) async throws(KernelFailure) -> [MailEvent]

    /// The last `limit` events, in order.
    func latestEvents(limit: Int) async throws(KernelFailure) -> [MailEvent]
}

/// Which part of a list of messages.
public struct MessageQuery: Sendable {
    /// nil: every account's and every personality's, for the operator.
    public var tenant: Tenant?
    public var filter: MessageFilter
    public var slice: Slice<Message>

    public init(tenant: Tenant?, filter: MessageFilter = MessageFilter(), slice: Slice<Message>) {
        self.tenant = tenant
        self.filter = filter
        self.slice = slice
    }
}

/// A tenant's messages, as far as the store can tell: what is being tried counts as waiting, or as put off.
public struct MessageTally: Sendable, Equatable {
    public var total: Int
    /// Unfinished: due and never tried.
    public var waiting: Int
    /// Unfinished: for a later time, or tried before.
    public var delayed: Int
    /// With a dead letter.
    public var failed: Int

    public init(total: Int, waiting: Int, delayed: Int, failed: Int) {
        self.total = total
        self.waiting = waiting
        self.delayed = delayed
        self.failed = failed
    }
}

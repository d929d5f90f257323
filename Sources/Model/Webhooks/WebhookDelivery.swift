public import Base

/// One event on its way to one endpoint under one of the dialect's names. Its identity stays the same over retries and
/// replays, so that a receiver can tell what it has seen.
public struct WebhookDelivery: Sendable, Equatable {
    public typealias ID = Serial<WebhookDelivery>

    public var id: ID
    public var endpoint: WebhookEndpoint.ID
    /// The event in the dialect's word.
    public var name: String
    /// What happened to a message, where that is what it tells of.
    public var event: MailEvent.ID?
    public var message: Message.ID?
    /// What it tells of otherwise: JSON.
    public var data: [UInt8]?
    /// Since it was queued or replayed.
    public var attempts: Int
    /// nil: finished.
    public var nextAttemptAt: Instant?
    /// The last answer's status; nil where nobody answered.
    public var status: Int?
    /// The beginning of the last answer, or our own sentence where there was none.
    public var response: UserData?
    public var deliveredAt: Instant?
    public var createdAt: Instant
    /// When it was queued or replayed: its lifetime counts from then.
    public var queuedAt: Instant
    /// When it was queued anew after it had been given up, the last time.
    public var replayedAt: Instant?

    public init(
        id: ID, endpoint: WebhookEndpoint.ID, name: String, event: MailEvent.ID? = nil, message: Message.ID? = nil,
        data: [UInt8]? = nil, attempts: Int = 0, nextAttemptAt: Instant? = nil, status: Int? = nil,
        response: UserData? = nil, deliveredAt: Instant? = nil, createdAt: Instant, queuedAt: Instant? = nil,
        replayedAt: Instant? = nil
    ) {
        self.id = id
        self.endpoint = endpoint
        self.name = name
        self.event = event
        self.message = message
        self.data = data
        self.attempts = attempts
        self.nextAttemptAt = nextAttemptAt
        self.status = status
        self.response = response
        self.deliveredAt = deliveredAt
        self.createdAt = createdAt
        self.queuedAt = queuedAt ?? createdAt
        self.replayedAt = replayedAt
    }
}

/// A delivery with all that a dialect may want to tell in it.
public struct WebhookOccasion: Sendable {
    public var delivery: WebhookDelivery
    /// The event and its message, where it is a message's.
    public var event: MailEvent?
    public var message: Message?

    public init(delivery: WebhookDelivery, event: MailEvent? = nil, message: Message? = nil) {
        self.delivery = delivery
        self.event = event
        self.message = message
    }
}

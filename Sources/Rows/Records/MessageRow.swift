public import Base
public import Model

/// A message as its rows say: the message, its unfinished deliveries, its events.
public struct MessageRow: Sendable {
    /// An unfinished delivery of the message.
    public struct Pending: Sendable {
        /// Its place among the message's recipients.
        public let recipient: Int
        public let due: Instant
        public let attempts: Int

        public init(recipient: Int, due: Instant, attempts: Int) {
            self.recipient = recipient
            self.due = due
            self.attempts = attempts
        }
    }

    public let id: Int64
    public let account: Int64
    public let origin: Int64
    public let key: Int64?
    public let domain: Int64?
    public let mode: Int64
    public let at: Instant
    /// Without texts and attachments; nil where the record does not read back.
    public let submission: Submission?
    /// nil where it was not asked for, or is in a file.
    public var body: [UInt8]?
    public var contentName: String?
    /// It was asked for, and is neither here nor in a file.
    public var isContentGone = false
    public var pending: [Pending] = []
    public var events: [MailEvent] = []

    public init(
        id: Int64, account: Int64, origin: Int64, key: Int64?, domain: Int64?, mode: Int64, at: Instant,
        submission: Submission?, body: [UInt8]? = nil
    ) {
        self.id = id
        self.account = account
        self.origin = origin
        self.key = key
        self.domain = domain
        self.mode = mode
        self.at = at
        self.submission = submission
        self.body = body
    }

    /// By the number that stands in the row.
    public static let modes: [AccessKey.Mode] = [.live, .test]

    /// The message with its recipients' states; throws where its record does not read back.
    public func message(origin: PersonalityID) throws(RecordError) -> Message {
        guard var submission else { throw RecordError() }
        if let body { try MessageRecord.read(body: body, into: &submission) }
        if let moved = events.last(where: { $0.kind == .rescheduled })?.due { submission.scheduledAt = moved }
        guard Self.modes.indices.contains(Int(mode)) else { throw RecordError() }
        var message = Message(
            id: Message.ID(id), account: Account.ID(account), key: key.map(AccessKey.ID.init),
            domain: domain.map(MailDomain.ID.init), origin: origin, mode: Self.modes[Int(mode)], createdAt: at,
            submission: submission, recipients: recipients(submission),
            transmittedAt: events.first { $0.kind == .transmitted }?.at, events: events)
        message.isContentKept = !isContentGone
        return message
    }

    /// Every recipient's delivery has ended, so that no row of the queue is the message's.
    public var isFinished: Bool {
        guard let submission else { return false }
        return finalStates(of: submission.envelope.count).allSatisfy(\.isFinal)
    }

    private func recipients(_ submission: Submission) -> [Recipient] {
        let envelope = submission.envelope
        let (states, attempts) = (finalStates(of: envelope.count), attempts(of: envelope.count))
        var open = [Pending?](repeating: nil, count: envelope.count)
        for delivery in pending where open.indices.contains(delivery.recipient) { open[delivery.recipient] = delivery }
        return envelope.enumerated().map { index, entry in
            Recipient(
                role: entry.role, address: entry.address, state: open[index].map(state) ?? states[index],
                attempts: open[index]?.attempts ?? attempts[index])
        }
    }

    /// Whether a delivery is leased is known to the dispatcher alone. One that was moved or given a time is scheduled
    /// until an attempt was made.
    private func state(_ delivery: Pending) -> Recipient.State {
        if delivery.attempts > 0 { return .deferred }
        return delivery.due > at ? .scheduled : .queued
    }

    /// Of each recipient the last event that ends a delivery tells. One way through the events, whoever they are about:
    /// a message may have hundreds of both.
    private func finalStates(of count: Int) -> [Recipient.State] {
        var ended = [Recipient.State?](repeating: nil, count: count)
        // A test that was to be put off has no row in the queue, and nothing after it.
        var isDeferred = [Bool](repeating: false, count: count)
        for index in events.indices.reversed() {
            let kind = events[index].kind
            guard let state = Self.state(after: kind) ?? (kind == .deferred ? .deferred : nil) else { continue }
            for place in events[index].recipient.map({ $0..<$0 + 1 }) ?? 0..<count where place < count {
                if kind == .deferred {
                    isDeferred[place] = true
                } else if ended[place] == nil {
                    ended[place] = state
                }
            }
        }
        return ended.indices.map { ended[$0] ?? (isDeferred[$0] ? .deferred : .queued) }
    }

    /// What an event ends a recipient's delivery as; nil for one that ends none.
    public static func state(after kind: MailEvent.Kind) -> Recipient.State? {
        switch kind {
        case .delivered: .delivered
        case .bounced, .softBounced: .bounced
        case .failed: .failed
        case .suppressed: .suppressed
        case .cancelled: .cancelled
        case .complained: .complained
        case .accepted, .transmitted, .deferred, .rescheduled, .opened, .clicked, .unsubscribed, .replayed: nil
        }
    }

    /// Of each recipient. A bounce after a delivery was reported, and not attempted.
    private func attempts(of count: Int) -> [Int] {
        var attempts = [Int](repeating: 0, count: count)
        var isDelivered = [Bool](repeating: false, count: count)
        for index in events.indices {
            guard let place = events[index].recipient, place < count else { continue }
            switch events[index].kind {
            case .delivered:
                attempts[place] += 1
                isDelivered[place] = true
            case .deferred: attempts[place] += 1
            case .bounced, .softBounced: attempts[place] += isDelivered[place] ? 0 : 1
            default: break
            }
        }
        return attempts
    }
}

package import Base
package import Model

/// A message as its rows say: the message, its unfinished deliveries, its events.
package struct MessageRow: Sendable {
    /// An unfinished delivery of the message.
    package struct Pending: Sendable {
        /// Its place among the message's recipients.
        package let recipient: Int
        package let due: Instant
        package let attempts: Int

        package init(recipient: Int, due: Instant, attempts: Int) {
            self.recipient = recipient
            self.due = due
            self.attempts = attempts
        }
    }

    package let id: Int64
    package let account: Int64
    package let origin: Int64
    package let key: Int64?
    package let domain: Int64?
    package let mode: Int64
    package let at: Instant
    /// Without texts and attachments; nil where the record does not read back.
    package let submission: Submission?
    /// nil where it was not asked for, or is in a file.
    package var body: [UInt8]?
    package var contentName: String?
    /// It was asked for, and is neither here nor in a file.
    package var isContentGone = false
    package var pending: [Pending] = []
    package var events: [MailEvent] = []

    package init(
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
    package static let modes: [AccessKey.Mode] = [.live, .test]

    /// The message with its recipients' states; throws where its record does not read back.
    package func message(origin: PersonalityID) throws(RecordError) -> Message {
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
    package var isFinished: Bool {
        submission?.envelope.indices.allSatisfy { finalState(of: $0).isFinal } ?? false
    }

    private func recipients(_ submission: Submission) -> [Recipient] {
        submission.envelope.enumerated().map { index, entry in
            let delivery = pending.first { $0.recipient == index }
            return Recipient(
                role: entry.role, address: entry.address, state: delivery.map(state) ?? finalState(of: index),
                attempts: delivery?.attempts ?? attempts(at: index))
        }
    }

    /// Whether a delivery is leased is known to the dispatcher alone. One that was moved or given a time is scheduled
    /// until an attempt was made.
    private func state(_ delivery: Pending) -> Recipient.State {
        if delivery.attempts > 0 { return .deferred }
        return delivery.due > at ? .scheduled : .queued
    }

    /// The last event that ends a delivery tells.
    private func finalState(of recipient: Int) -> Recipient.State {
        var isDeferred = false
        for event in events.reversed() where event.recipient == nil || event.recipient == recipient {
            if let state = Self.state(after: event.kind) { return state }
            isDeferred = isDeferred || event.kind == .deferred
        }
        // A test that was to be put off has no row in the queue, and nothing after it.
        return isDeferred ? .deferred : .queued
    }

    /// What an event ends a recipient's delivery as; nil for one that ends none.
    package static func state(after kind: MailEvent.Kind) -> Recipient.State? {
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

    /// A bounce after a delivery was reported, and not attempted.
    private func attempts(at recipient: Int) -> Int {
        var attempts = 0
        var isDelivered = false
        for event in events where event.recipient == recipient {
            switch event.kind {
            case .delivered:
                attempts += 1
                isDelivered = true
            case .deferred: attempts += 1
            case .bounced, .softBounced: attempts += isDelivered ? 0 : 1
            default: break
            }
        }
        return attempts
    }
}

/// One address that a message goes to, and what became of it.
public struct Recipient: Sendable, Equatable {
    public enum Role: UInt8, Sendable, CaseIterable {
        case to = 0
        case cc = 1
        case bcc = 2
    }

    /// Where delivery to this recipient stands.
    ///
    ///     scheduled -> queued -> sending -> delivered | bounced | failed
    ///                               |  ^
    ///                               v  |
    ///                             deferred
    ///     scheduled | queued -> cancelled        while no attempt was made
    ///     delivered -> bounced | complained      later, by report
    ///
    /// `deferred` and before: a queue row exists. After: the last event tells, and the state never goes back.
    public enum State: UInt8, Sendable, CaseIterable {
        /// Accepted, to be sent at a later time.
        case scheduled = 0
        /// Due, waiting for its lane.
        case queued = 1
        /// Leased: an attempt is running.
        case sending = 2
        /// The last attempt met a temporary refusal; another will follow.
        case deferred = 3
        /// Handed to the next hop, or reported as delivered.
        case delivered = 4
        /// Permanently refused by the receiving side.
        case bounced = 5
        /// Given up by us: expired, or refused for a reason that is not the recipient's.
        case failed = 6
        /// Not attempted, because the address is on the suppression list.
        case suppressed = 7
        /// Taken back by the caller before any attempt.
        case cancelled = 8
        /// Delivered, then reported as spam.
        case complained = 9

        /// No further attempt follows.
        public var isFinal: Bool { rawValue >= Self.delivered.rawValue }
    }

    public var role: Role
    public var address: MailAddress
    public var state: State
    /// Attempts made so far.
    public var attempts: Int

    public init(role: Role, address: MailAddress, state: State, attempts: Int) {
        self.role = role
        self.address = address
        self.state = state
        self.attempts = attempts
    }
}

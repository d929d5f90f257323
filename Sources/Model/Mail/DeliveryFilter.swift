public import Base

/// Which of its recipients' parts a caller wants to see: every condition that is set must hold.
public struct DeliveryFilter: Sendable, Equatable {
    /// How a recipient's part stands.
    public struct Standing: Sendable, Equatable {
        public var states: [Recipient.State]
        /// Of `bounced`: whether it ended because its attempts were used up; nil: either.
        public var gaveUp: Bool?
        /// Whether it is its sender's test; nil: either.
        public var isTest: Bool?

        public init(_ states: [Recipient.State], gaveUp: Bool? = nil, isTest: Bool? = nil) {
            self.states = states
            self.gaveUp = gaveUp
            self.isTest = isTest
        }

        /// `gaveUp` and `isTest`: of the part.
        public func admits(_ state: Recipient.State, gaveUp: Bool, isTest: Bool) -> Bool {
            states.contains(state) && (self.gaveUp.map { state != .bounced || $0 == gaveUp } ?? true)
                && (self.isTest.map { $0 == isTest } ?? true)
        }
    }

    /// It stands in one of these ways.
    public var standings: [Standing]?
    /// Sent from one of these domains, in lower case.
    public var senderDomains: Set<String>?
    /// Exactly these addresses, compared without case.
    public var sender: String?
    public var recipient: String?
    /// A substring, compared without case.
    public var subjectContains: String?
    /// Has at least one of these.
    public var tags: Set<String>?
    /// The Message-ID that it came with, in brackets.
    public var messageID: String?
    /// Accepted at or after.
    public var from: Instant?
    /// Accepted at or before.
    public var until: Instant?

    public init() {}

    /// Nothing is narrowed.
    public var isEmpty: Bool { self == DeliveryFilter() }
}

extension Message {
    /// The recipient's part ended because its attempts were used up.
    public func gaveUp(on recipient: Int) -> Bool {
        let ends: [MailEvent.Kind] = [.bounced, .softBounced, .failed, .delivered]
        let last = events.last { ($0.recipient == nil || $0.recipient == recipient) && ends.contains($0.kind) }
        return last?.kind == .softBounced
    }
}

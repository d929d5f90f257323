/// Which failures suppress an address by themselves, as a dialect's vendor does it. The suppression is made with the
/// event that reports the failure, both or neither.
///
/// One that is in effect already is never weakened by it. What a blocklist, a policy, a content filter or a busy server
/// said speaks of us and not of the address, and suppresses nobody.
public struct AutoSuppression: Sendable, Equatable {
    /// What is suppressed, and for how long.
    public struct Effect: Sendable, Equatable {
        public enum Scope: Sendable, Equatable {
            /// All of the account's mail.
            case account
            /// The mail of the domain that the message was from.
            case sendingDomain
        }

        public var scope: Scope
        /// nil: for good.
        public var lifetime: Duration?

        public init(_ scope: Scope, lifetime: Duration? = nil) {
            self.scope = scope
            self.lifetime = lifetime
        }
    }

    /// A receiving server said for good that there is no such mailbox; nil: that suppresses nobody.
    public var hardBounce: Effect?
    /// The recipient called the mail unwanted; nil: that suppresses nobody.
    public var complaint: Effect?

    /// Failures that say nothing of the mailbox, counted by account and personality for each address; a delivery begins
    /// the count anew.
    public struct Repeated: Sendable, Equatable {
        /// In a row; the last of them suppresses.
        public var failures: Int
        public var effect: Effect

        public init(_ failures: Int, _ effect: Effect) {
            self.failures = failures
            self.effect = effect
        }
    }

    /// nil: they are not counted, and suppress nobody.
    public var softBounces: Repeated?

    public init(hardBounce: Effect?, complaint: Effect?, softBounces: Repeated? = nil) {
        self.hardBounce = hardBounce
        self.complaint = complaint
        self.softBounces = softBounces
    }

    public static let none = AutoSuppression(hardBounce: nil, complaint: nil)

    /// What follows from an event of a recipient; nil: nothing.
    public func effect(
        of kind: MailEvent.Kind, _ classification: AttemptResult.Class?
    ) -> (reason: Suppression.Reason, effect: Effect)? {
        switch kind {
        case .bounced where classification?.meansBadAddress == true: hardBounce.map { (.hardBounce, $0) }
        case .complained: complaint.map { (.complaint, $0) }
        default: nil
        }
    }
}

extension AttemptResult.Class {
    /// The address itself is of no use, and will not be of any later.
    public var meansBadAddress: Bool {
        switch self {
        case .invalidRecipient, .inactiveMailbox, .badDomain: true
        default: false
        }
    }

    /// It speaks of the mailbox or of the way there, and says nothing for good; several in a row do. What a policy, a
    /// filter, a blocklist or a busy server said speaks of us, however often it is said.
    public var countsInARow: Bool {
        switch self {
        case .mailboxFull, .transient, .noAnswer, .badConnection, .routing, .unknown: true
        default: false
        }
    }
}

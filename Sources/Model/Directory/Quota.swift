public import Base

/// How much an account or a domain may send in a calendar period, whatever it is sent by.
public struct Quota: Sendable, Hashable {
    public enum Period: String, Sendable, CaseIterable {
        case day, month

        /// The period, in UTC, that contains an instant.
        public func start(_ instant: Instant) -> Instant { self == .day ? instant.startOfDay : instant.startOfMonth }

        /// The first moment after the period that contains an instant.
        public func end(_ instant: Instant) -> Instant {
            self == .day ? instant.startOfNextDay : instant.startOfNextMonth
        }
    }

    public enum Unit: String, Sendable, CaseIterable {
        case message, recipient
    }

    /// Which of an owner's quotas it is: there is one of each kind.
    public struct Kind: Sendable, Hashable {
        public var period: Period
        public var unit: Unit

        public init(_ period: Period, _ unit: Unit = .message) {
            self.period = period
            self.unit = unit
        }
    }

    public var kind: Kind
    /// Units in each period.
    public var limit: Int

    public init(_ kind: Kind, limit: Int) {
        self.kind = kind
        self.limit = limit
    }
}

/// Whom a quota is for.
public enum QuotaOwner: Sendable, Hashable {
    case account(Account.ID)
    case domain(MailDomain.ID)
}

/// A quota for everybody of a kind who has none of their own.
public struct DefaultQuota: Sendable, Hashable {
    public enum Owner: String, Sendable, CaseIterable {
        case account, domain
    }

    public var owner: Owner
    public var quota: Quota

    public init(_ owner: Owner, _ quota: Quota) {
        self.owner = owner
        self.quota = quota
    }
}

/// What is used of a quota in the present period.
public struct QuotaStatus: Sendable, Equatable {
    public var kind: Quota.Kind
    /// The owner's own limit; nil where a default one is used, if any.
    public var limit: Int?
    public var used: Int
    /// When the period ends.
    public var resetAt: Instant

    public init(kind: Quota.Kind, limit: Int?, used: Int, resetAt: Instant) {
        self.kind = kind
        self.limit = limit
        self.used = used
        self.resetAt = resetAt
    }
}

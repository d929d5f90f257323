public import Base

/// A change of a domain's signing keys that is under way. New keys stand in the slot that is free, and mail is signed
/// with the old ones until DNS is known to have the new.
///
///     idle       -> pendingDNS   new keys are made (`domain rotate`)
///     pendingDNS -> ready        their record was seen
///     ready      -> pendingDNS   it is gone again, or says something else
///     ready      -> retiring     it was still there after a while: mail is signed with the new keys
///     pendingDNS, ready -> idle  the new keys are given up (`domain rotate --cancel`)
///     retiring   -> idle         mail that was signed with the old keys has arrived: they are gone
///
/// `idle` is a domain without one of these. That DNS could not be read changes nothing.
public struct KeyRotation: Sendable, Equatable {
    public enum State: String, Sendable, CaseIterable {
        case pendingDNS, ready, retiring
    }

    /// When the new keys were made.
    public var startedAt: Instant
    /// Since when their record has been seen; nil while it is not.
    public var publishedAt: Instant?
    /// Since when mail has been signed with them; nil before.
    public var activatedAt: Instant?

    public init(startedAt: Instant, publishedAt: Instant? = nil, activatedAt: Instant? = nil) {
        self.startedAt = startedAt
        self.publishedAt = publishedAt
        self.activatedAt = activatedAt
    }

    public var state: State {
        if activatedAt != nil { return .retiring }
        return publishedAt == nil ? .pendingDNS : .ready
    }
}

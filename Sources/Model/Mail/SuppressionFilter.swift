public import Base

/// Which suppressions a caller wants to see: every condition that is set must hold.
public struct SuppressionFilter: Sendable, Equatable {
    /// For this sending domain alone.
    public var domain: MailDomain.ID?
    /// Compared without case.
    public var address: MailAddress?
    /// Made at or after, and at or before.
    public var from: Instant?
    public var until: Instant?

    public init(
        domain: MailDomain.ID? = nil, address: MailAddress? = nil, from: Instant? = nil, until: Instant? = nil
    ) {
        self.domain = domain
        self.address = address
        self.from = from
        self.until = until
    }
}

package import Base
package import Model

/// A page of an account's suppressions in effect, the latest first, beginning at a place in a list that changes
/// meanwhile. Of those for one sending domain, only the ones that the personality made are in it.
package struct SuppressionSlice: Sendable {
    package enum Start: Sendable, Equatable {
        case latest
        /// Behind this one, with older ones.
        case after(Suppression.ID)
        /// Before this one: the nearest that are newer.
        case before(Suppression.ID)
    }

    package var tenant: Tenant
    /// In effect at this time.
    package var now: Instant
    /// For this sending domain alone.
    package var domain: MailDomain.ID?
    /// Compared without case.
    package var address: MailAddress?
    /// Made at or after, and at or before.
    package var from: Instant?
    package var until: Instant?
    package var start: Start
    package var limit: Int

    package init(
        tenant: Tenant, now: Instant, domain: MailDomain.ID? = nil,
        address: MailAddress? = nil, from: Instant? = nil, until: Instant? = nil, start: Start = .latest, limit: Int
    ) {
        self.tenant = tenant
        self.now = now
        self.domain = domain
        self.address = address
        self.from = from
        self.until = until
        self.start = start
        self.limit = limit
    }
}

/// Suppressions, the latest first.
package struct SuppressionRun: Sendable, Equatable {
    package var suppressions: [Suppression]
    /// Some that match are older than the last of them, newer than the first.
    package var hasOlder: Bool
    package var hasNewer: Bool

    package init(suppressions: [Suppression], hasOlder: Bool, hasNewer: Bool) {
        self.suppressions = suppressions
        self.hasOlder = hasOlder
        self.hasNewer = hasNewer
    }
}

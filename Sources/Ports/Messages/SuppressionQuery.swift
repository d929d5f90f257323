package import Base
package import Model

/// A page of the suppressions that are in effect, latest first.
package struct SuppressionQuery: Sendable {
    /// nil: every account's, for the operator.
    package var account: Account.ID?
    /// Of those that are for one sending domain, only the ones made through this personality; nil: all.
    package var origin: PersonalityID?
    /// In effect at this time.
    package var now: Instant
    package var offset: Int
    package var limit: Int

    package init(account: Account.ID?, origin: PersonalityID?, now: Instant, offset: Int, limit: Int) {
        self.account = account
        self.origin = origin
        self.now = now
        self.offset = offset
        self.limit = limit
    }
}

package struct SuppressionPage: Sendable, Equatable {
    package var suppressions: [Suppression]
    /// All that match, over all pages.
    package var total: Int

    package init(suppressions: [Suppression], total: Int) {
        self.suppressions = suppressions
        self.total = total
    }
}

package import Base
package import Model

/// The part of the `Store` port that suppressions need; its contract is the `Store`'s.
package protocol SuppressionStore: Sendable {
    /// The suppressions in effect, by page, with the number of all that match.
    func suppressions(_ query: SuppressionQuery) async throws(KernelFailure) -> SuppressionPage
}

/// One atomic change of suppressions.
package enum SuppressionChange: Sendable {
    /// Adds a suppression, which holds for everything accepted after it. One for the same address and domain is changed
    /// instead, and keeps its serial.
    case add(Suppression)
    /// `notFound` where there is none for this address, compared without case, and this domain.
    case remove(Account.ID, MailAddress, domain: MailDomain.ID?)
}

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

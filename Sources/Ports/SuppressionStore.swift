package import Base
package import Model

/// The part of the `Store` port that suppressions need; its contract is the `Store`'s.
package protocol SuppressionStore: Sendable {
    /// A page of the suppressions in effect.
    func suppressions(_ query: SuppressionQuery) async throws(KernelFailure) -> Page<Suppression>
}

/// One atomic change of suppressions.
package enum SuppressionChange: Sendable {
    /// Adds a suppression, which holds for everything accepted after it. One for the same address and domain is changed
    /// instead, and keeps its serial.
    case add(Suppression)
    /// `notFound` where there is none for this address, compared without case, and this domain.
    case remove(Account.ID, MailAddress, domain: MailDomain.ID?)
}

/// Which part of the list of suppressions that are in effect.
package struct SuppressionQuery: Sendable {
    /// nil: every account's, for the operator.
    package var account: Account.ID?
    /// Of those that are for one sending domain, only the ones made through this personality; nil: all.
    package var origin: PersonalityID?
    /// In effect at this time.
    package var now: Instant
    package var slice: Slice<Suppression>

    package init(account: Account.ID?, origin: PersonalityID?, now: Instant, slice: Slice<Suppression>) {
        self.account = account
        self.origin = origin
        self.now = now
        self.slice = slice
    }
}

public import Base
public import Model

/// The part of the `Store` port that suppressions need; its contract is the `Store`'s.
public protocol SuppressionStore: Sendable {
    /// A page of the suppressions in effect.
    func suppressions(_ query: SuppressionQuery) async throws(KernelFailure) -> Page<Suppression>
}

/// One atomic change of suppressions.
public enum SuppressionChange: Sendable {
    /// Adds a suppression, which holds for everything accepted after it. One for the same address and domain is changed
    /// instead, and keeps its serial; `isNew`: `alreadyExists` where one is in effect.
    case add(Suppression, isNew: Bool = false)
    /// `notFound` where there is none for this address, compared without case, and this domain.
    case remove(Account.ID, MailAddress, domain: MailDomain.ID?)
    /// Removes suppressions. The serial is how many there were.
    case sweep(SuppressionSweep)
}

/// Which suppressions of an account are removed: those that a personality sees, which are the account's own and its
/// own of single domains.
public struct SuppressionSweep: Sendable, Equatable {
    public var tenant: Tenant
    /// Compared without case; nil: all addresses.
    public var address: MailAddress?
    /// nil: of all domains, and the account's own.
    public var domain: MailDomain.ID?
    /// Those made for these reasons stay.
    public var keeping: Set<Suppression.Reason>

    public init(
        _ tenant: Tenant, address: MailAddress? = nil, domain: MailDomain.ID? = nil,
        keeping: Set<Suppression.Reason> = []
    ) {
        self.tenant = tenant
        self.address = address
        self.domain = domain
        self.keeping = keeping
    }
}

/// Which part of the list of suppressions that are in effect.
public struct SuppressionQuery: Sendable {
    /// nil: every account's, for the operator.
    public var account: Account.ID?
    /// Of those that are for one sending domain, only the ones made through this personality; nil: all.
    public var origin: PersonalityID?
    /// In effect at this time.
    public var now: Instant
    public var filter: SuppressionFilter
    public var slice: Slice<Suppression>

    public init(
        account: Account.ID?, origin: PersonalityID?, now: Instant, filter: SuppressionFilter = SuppressionFilter(),
        slice: Slice<Suppression>
    ) {
        self.account = account
        self.origin = origin
        self.now = now
        self.filter = filter
        self.slice = slice
    }
}

public import Base
public import Model
public import Ports

/// Looks after the addresses that get no mail. Whether a message's recipients are among them is the store's to decide,
/// in the transaction that accepts it. Any thread.
public struct SuppressionService: Sendable {
    private let store: any Store
    private let directory: Directory
    private let time: any TimeSource

    public init(store: any Store, directory: Directory, time: any TimeSource) {
        self.store = store
        self.directory = directory
        self.time = time
    }

    /// What is to be suppressed.
    public struct Addition: Sendable {
        public var account: Account.ID
        /// The name of the sending domain that it is for; nil: all of the account's.
        public var domain: String?
        public var address: MailAddress
        public var reason: Suppression.Reason
        public var note: String?
        public var origin: PersonalityID?
        public var expiresIn: Duration?

        public init(
            account: Account.ID, domain: String? = nil, address: MailAddress, reason: Suppression.Reason,
            note: String? = nil, origin: PersonalityID?, expiresIn: Duration? = nil
        ) {
            self.account = account
            self.domain = domain
            self.address = address
            self.reason = reason
            self.note = note
            self.origin = origin
            self.expiresIn = expiresIn
        }
    }

    /// Suppresses an address. One that is suppressed already gets the new reason and time.
    public func add(_ addition: Addition) throws(KernelFailure) -> Plan<Suppression> {
        let now = time.now
        let suppression = Suppression(
            id: Suppression.ID(0), account: addition.account,
            domain: try domain(addition.domain, of: addition.account),
            address: MailAddress(
                name: nil, checkedAddress: addition.address.address, domain: addition.address.domain),
            reason: addition.reason, note: addition.note, origin: addition.origin, createdAt: now,
            expiresAt: addition.expiresIn.map { now + $0 })
        return Plan(.suppression(.add(suppression)), on: store) { serial in
            var suppression = suppression
            suppression.id = Suppression.ID(serial)
            return suppression
        }
    }

    /// Lets an address have mail again; `notFound` if it was not suppressed for this domain.
    public func remove(
        _ address: MailAddress, account: Account.ID, domain name: String?
    ) throws(KernelFailure) -> Plan<Void> {
        Plan(.suppression(.remove(account, address, domain: try domain(name, of: account))), on: store) { _ in }
    }

    /// Suppresses an address for the mail of single domains, all or none; `alreadyExists` where one of them is in
    /// effect. In the order of the domains.
    public func add(
        _ address: MailAddress, for domains: [MailDomain.ID], note: String?, until: Instant, of tenant: Tenant
    ) -> Plan<[Suppression]> {
        let bare = MailAddress(name: nil, checkedAddress: address.address, domain: address.domain)
        let now = time.now
        return Plan.all(
            domains.map { domain in
                let suppression = Suppression(
                    id: Suppression.ID(0), account: tenant.account, domain: domain, address: bare, reason: .manual,
                    note: note, origin: tenant.origin, createdAt: now, expiresAt: until)
                return Plan(.suppression(.add(suppression, isNew: true)), on: store) { serial in
                    var suppression = suppression
                    suppression.id = Suppression.ID(serial)
                    return suppression
                }
            })
    }

    /// Removes several; how many there were.
    public func sweep(_ sweep: SuppressionSweep) -> Plan<Int> {
        Plan(.suppression(.sweep(sweep)), on: store) { Int($0) }
    }

    /// A page of those in effect. `origin`: of those for one domain, only the ones that this personality made are seen.
    public func list(
        account: Account.ID?, origin: PersonalityID?, _ slice: Slice<Suppression>,
        where filter: SuppressionFilter = SuppressionFilter()
    ) async throws(KernelFailure) -> Page<Suppression> {
        try await store.suppressions(
            SuppressionQuery(account: account, origin: origin, now: time.now, filter: filter, slice: slice))
    }

    private func domain(_ name: String?, of account: Account.ID) throws(KernelFailure) -> MailDomain.ID? {
        guard let name else { return nil }
        guard let domain = directory.domain(name.asciiLowercased, of: account) else { throw .notFound(.domain) }
        return domain.id
    }
}

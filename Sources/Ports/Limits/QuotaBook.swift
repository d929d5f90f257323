public import Base
public import Model

/// One period of one quota: what a debit is entered under.
public struct QuotaPeriod: Sendable, Hashable {
    public var owner: QuotaOwner
    public var kind: Quota.Kind
    public var start: Instant

    public init(owner: QuotaOwner, kind: Quota.Kind, start: Instant) {
        self.owner = owner
        self.kind = kind
        self.start = start
    }

    public var end: Instant { kind.period.end(start) }
}

/// Units taken from a period by one message.
public struct QuotaDebit: Sendable, Hashable {
    public var period: QuotaPeriod
    public var units: Int

    public init(period: QuotaPeriod, units: Int) {
        self.period = period
        self.units = units
    }
}

/// What a message asks of the quotas.
public struct QuotaDemand: Sendable {
    public var account: Account.ID
    public var domain: MailDomain.ID
    public var origin: PersonalityID
    public var recipients: Int
    /// A scheduled message is charged to the period that it is due in.
    public var due: Instant

    public init(account: Account.ID, domain: MailDomain.ID, origin: PersonalityID, recipients: Int, due: Instant) {
        self.account = account
        self.domain = domain
        self.origin = origin
        self.recipients = recipients
        self.due = due
    }
}

/// Quotas and what is used of them. Pure: an engine makes it durable, and asks it from its one writing thread.
///
/// What a transaction has changed is kept apart until `commit` or `rollBack`.
public struct QuotaBook: Sendable {
    /// A quota that has no room; of several, the one that has none for longest.
    public struct Shortfall: Error, Equatable {
        public var period: QuotaPeriod
        public var limit: Int
    }

    private var own: [QuotaOwner: [Quota.Kind: Int]] = [:]
    private var defaults: [PersonalityID: [DefaultQuota]] = [:]
    /// Counted although they have no limit: somebody is about to set one.
    private var watched: [QuotaOwner: Set<Quota.Kind>] = [:]
    private var used: [QuotaPeriod: Int] = [:]
    /// What the periods that the open transaction has changed were before it.
    private var before: [QuotaPeriod: Int] = [:]
    private var ownBefore: [QuotaOwner: [Quota.Kind: Int]] = [:]

    public init() {}

    // MARK: Limits

    public mutating func setLimit(_ limit: Int?, of owner: QuotaOwner, _ kind: Quota.Kind) {
        if ownBefore[owner] == nil { ownBefore[owner] = limits(of: owner) }
        own[owner, default: [:]][kind] = limit
        if own[owner]?.isEmpty == true { own[owner] = nil }
    }

    public mutating func setDefaults(_ defaults: [PersonalityID: [DefaultQuota]]) {
        self.defaults = defaults.filter { !$0.value.isEmpty }
    }

    public func limits(of owner: QuotaOwner) -> [Quota.Kind: Int] { own[owner] ?? [:] }

    // MARK: Watching

    /// Counts an owner's use of a kind; false where it is counted already.
    public mutating func watch(_ owner: QuotaOwner, _ kind: Quota.Kind) -> Bool {
        guard own[owner]?[kind] == nil else { return false }
        watched[owner, default: []].insert(kind)
        return true
    }

    /// Enters what was sent before the watch began, and ends it; false where it has ended.
    public mutating func join(_ period: QuotaPeriod, _ units: Int) -> Bool {
        guard watched[period.owner]?.remove(period.kind) != nil else { return false }
        if watched[period.owner]?.isEmpty == true { watched[period.owner] = nil }
        add(units, to: period)
        return true
    }

    // MARK: Using

    /// Debits all quotas that the message comes under, or none of them.
    public mutating func debit(_ demand: QuotaDemand) throws(Shortfall) -> [QuotaDebit] {
        if own.isEmpty, defaults.isEmpty, watched.isEmpty { return [] }
        var debits: [QuotaDebit] = []
        var shortfall: Shortfall?
        for (owner, quota) in quotas(for: demand) {
            let period = QuotaPeriod(owner: owner, kind: quota.kind, start: quota.kind.period.start(demand.due))
            let units = quota.kind.unit == .message ? 1 : demand.recipients
            debits.append(QuotaDebit(period: period, units: units))
            guard units > quota.limit - used(period) else { continue }
            if shortfall.map({ $0.period.end < period.end }) ?? true {
                shortfall = Shortfall(period: period, limit: quota.limit)
            }
        }
        if let shortfall { throw shortfall }
        for debit in debits { add(debit.units, to: debit.period) }
        return debits
    }

    /// Undoes debits, whatever has happened to the limits since.
    public mutating func refund(_ debits: [QuotaDebit]) {
        for debit in debits { add(-debit.units, to: debit.period) }
    }

    /// Enters debits that were made before, whether or not there is room for them.
    public mutating func enter(_ debits: [QuotaDebit]) {
        for debit in debits { add(debit.units, to: debit.period) }
    }

    public func used(_ period: QuotaPeriod) -> Int { used[period] ?? 0 }

    private mutating func add(_ units: Int, to period: QuotaPeriod) {
        let count = used(period)
        if before[period] == nil { before[period] = count }
        used[period] = max(count + units, 0)
    }

    private func quotas(for demand: QuotaDemand) -> [(owner: QuotaOwner, quota: Quota)] {
        let (account, domain) = (QuotaOwner.account(demand.account), QuotaOwner.domain(demand.domain))
        var found: [(owner: QuotaOwner, quota: Quota)] = []
        for owner in [account, domain] {
            for (kind, limit) in own[owner] ?? [:] { found.append((owner, Quota(kind, limit: limit))) }
            for kind in watched[owner] ?? [] where own[owner]?[kind] == nil {
                found.append((owner, Quota(kind, limit: .max)))
            }
        }
        for general in defaults[demand.origin] ?? [] {
            let owner = general.owner == .account ? account : domain
            guard own[owner]?[general.quota.kind] == nil else { continue }
            // Counted once.
            found.removeAll { $0.owner == owner && $0.quota.kind == general.quota.kind }
            found.append((owner, general.quota))
        }
        return found
    }

    // MARK: The transaction

    /// The periods that the open transaction has changed, with what is used of them now.
    public var changes: [(period: QuotaPeriod, used: Int)] { before.keys.map { ($0, used($0)) } }

    public mutating func commit() {
        before.removeAll(keepingCapacity: true)
        ownBefore.removeAll(keepingCapacity: true)
    }

    public mutating func rollBack() {
        for (period, count) in before { used[period] = count }
        for (owner, limits) in ownBefore { own[owner] = limits.isEmpty ? nil : limits }
        commit()
    }

    /// Forgets the periods that have ended.
    public mutating func dropEnded(by instant: Instant) { used = used.filter { $0.key.end > instant } }

    /// What an earlier process used.
    public mutating func restore(_ period: QuotaPeriod, used count: Int) { used[period] = count }
}

extension QuotaState {
    /// `domain`: the name of the domain that the quota is for, if it is one's.
    public init(_ shortfall: QuotaBook.Shortfall, domain: String) {
        let owner: Owner =
            switch shortfall.period.owner {
            case .account: .account
            case .domain: .domain(domain)
            }
        self.init(
            period: shortfall.period.kind.period == .day ? .day : .month, owner: owner, limit: shortfall.limit,
            resetAt: shortfall.period.end)
    }
}

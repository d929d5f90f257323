public import Base
import Kernel
public import Model
import Ports

/// What a dialect's callers do with the addresses that their account sends nothing to. Of suppressions for one sending
/// domain they see those that were made through their own personality.
///
/// Comes back on the shard. What a plan changes is on disk once it was carried out, and holds for every message that is
/// accepted after it.
public struct SuppressionDesk: Sendable {
    private let services: Services
    private let caller: Principal?
    private let reach: KeyReach

    init(_ services: Services, caller: Principal?, reach: KeyReach) {
        self.services = services
        self.caller = caller
        self.reach = reach
    }

    /// A page of them.
    public func list(
        _ slice: Slice<Suppression>, where filter: SuppressionFilter = SuppressionFilter()
    ) async throws(KernelFailure) -> Page<Suppression> {
        try reach.checkUnbound()
        return try await services.suppressions.list(
            account: try account(), origin: services.personality, slice, where: filter)
    }

    /// Suppresses an address for all of the account's mail. One that is suppressed already gets the new reason.
    public func add(_ address: MailAddress, reason: Suppression.Reason) throws(KernelFailure) -> Plan<Suppression> {
        try checkMayChange()
        return Plan(
            try services.suppressions.add(
                SuppressionService.Addition(
                    account: try account(), address: address, reason: reason, origin: services.personality)))
    }

    /// Suppresses an address for the mail of these domains until then, all or none: `alreadyExists` where one of them
    /// is in effect. In the order of the domains.
    public func add(
        _ address: MailAddress, for domains: [MailDomain.ID], note: String?, until: Instant
    ) throws(KernelFailure) -> Plan<[Suppression]> {
        try reach.checkLive()
        guard reach.reaches(all: domains) else { throw .domainNotPermitted(domain: nil, action: nil) }
        return Plan(services.suppressions.add(address, for: domains, note: note, until: until, of: try tenant()))
    }

    /// Removes those of an address, or of all, for one domain, or for all and the account's own; how many there were.
    /// Those made for the reasons in `keeping` stay.
    public func sweep(
        address: MailAddress? = nil, domain: MailDomain.ID? = nil, keeping: Set<Suppression.Reason> = []
    ) throws(KernelFailure) -> Plan<Int> {
        try reach.checkLive()
        guard reach.reaches(all: domain.map { [$0] } ?? []) else {
            throw .domainNotPermitted(domain: nil, action: nil)
        }
        return Plan(
            services.suppressions.sweep(
                SuppressionSweep(try tenant(), address: address, domain: domain, keeping: keeping)))
    }

    /// Lets an address have mail again, compared without case; `notFound` for one that was not suppressed and for a
    /// text that is no address.
    public func remove(_ text: String) throws(KernelFailure) -> Plan<Void> {
        try checkMayChange()
        guard let address = MailAddress(parsing: text) else { throw .notFound(.suppression) }
        return Plan(try services.suppressions.remove(address, account: try account(), domain: nil))
    }

    private func tenant() throws(KernelFailure) -> Tenant {
        Tenant(account: try account(), origin: services.personality)
    }

    /// They hold for all live mail of the account.
    private func checkMayChange() throws(KernelFailure) {
        try reach.checkLive()
        try reach.checkUnbound()
    }

    private func account() throws(KernelFailure) -> Account.ID {
        guard let caller else { throw .credentialMissing }
        return caller.account
    }
}

extension Call {
    /// The addresses that the caller's account sends nothing to.
    public var suppressions: SuppressionDesk {
        SuppressionDesk(services, caller: principal, reach: KeyReach(self))
    }
}

public import Base
import Kernel
public import Model
import Ports

/// Suppressions by place, several made with their answer in one commit, and swept.
extension SuppressionDesk {
    /// Which of them a caller wants to see.
    public struct Filter: Sendable, Equatable {
        public var domain: MailDomain.ID?
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

    /// A page, the latest first.
    public func page(
        _ filter: Filter, from place: ListPlace<Suppression>, limit: Int
    ) async throws(KernelFailure) -> ListRun<Suppression> {
        let start: SuppressionSlice.Start =
            switch place {
            case .latest: .latest
            case .after(let id): .after(id)
            case .before(let id): .before(id)
            }
        let run = try await services.suppressions.run(
            SuppressionSlice(
                tenant: try tenant(), now: services.suppressions.now, domain: filter.domain, address: filter.address,
                from: filter.from, until: filter.until, start: start, limit: limit))
        return ListRun(rows: run.suppressions, hasOlder: run.hasOlder, hasNewer: run.hasNewer)
    }

    /// Suppresses an address for the mail of these domains, all or none: `alreadyExists` if one of them is in effect.
    /// `answer` says from them, in order, what the caller is told; it is called on the store's thread and looks nothing
    /// up.
    public func adding(
        _ address: MailAddress, for domains: [MailDomain.ID], note: String?, until: Instant,
        answer: @escaping @Sendable ([Suppression]) -> Answer
    ) throws(KernelFailure) -> Effect {
        let tenant = try tenant()
        let bare = MailAddress(name: nil, checkedAddress: address.address, domain: address.domain)
        let now = services.suppressions.now
        let all = domains.map { domain in
            Suppression(
                id: Suppression.ID(0), account: tenant.account, domain: domain, address: bare, reason: .manual,
                note: note, origin: tenant.origin, createdAt: now, expiresAt: until)
        }
        return Effect(changes: [.suppression(.addAll(all))]) { outcomes in
            outcomes.made { last in answer(Self.numbered(all, last: last)) }
        }
    }

    private static func numbered(_ all: [Suppression], last: Int64) -> [Suppression] {
        all.enumerated().map { index, one in
            var one = one
            one.id = Suppression.ID(last - Int64(all.count - 1 - index))
            return one
        }
    }

    /// Removes those of an address, or of all, for one domain, or for all and the account's own; how many there were.
    /// Those made for the reasons in `keeping` stay.
    public func sweep(
        address: MailAddress? = nil, domain: MailDomain.ID? = nil, keeping: Set<Suppression.Reason> = []
    ) async throws(KernelFailure) -> Int {
        try await services.suppressions.sweep(
            SuppressionSweep(tenant(), address: address, domain: domain, keeping: keeping))
    }

    private func tenant() throws(KernelFailure) -> Tenant {
        Tenant(account: try account(), origin: services.personality)
    }
}

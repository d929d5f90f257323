import Base
import Kernel
public import Model

/// What a domain may send; nil: as much as it likes.
public struct DomainLimits: Sendable, Equatable {
    /// Messages in a day of UTC.
    public var daily: Int?
    /// Messages in a month of UTC.
    public var monthly: Int?

    public init(daily: Int?, monthly: Int?) {
        self.daily = daily
        self.monthly = monthly
    }
}

/// What is to become of a limit.
public enum LimitChange: Sendable, Equatable {
    case unchanged
    case cleared
    /// A positive number.
    case limit(Int)
}

extension DomainDesk {
    /// The domain's own limits of messages, whoever set them.
    public func limits(of domain: MailDomain) async throws(KernelFailure) -> DomainLimits {
        let known = try await quotas.status(of: .domain(domain.id))
        func limit(_ period: Quota.Period) -> Int? { known.first { $0.kind == Quota.Kind(period) }?.limit }
        return DomainLimits(daily: limit(.day), monthly: limit(.month))
    }

    /// Both in one commit. They hold for what is accepted afterwards, by whatever personality.
    public func setLimits(
        daily: LimitChange, monthly: LimitChange, of domain: MailDomain
    ) async throws(KernelFailure) {
        try reach.checkLive()
        var changes: [(kind: Quota.Kind, limit: Int?)] = []
        for (period, change) in [(Quota.Period.day, daily), (.month, monthly)] {
            switch change {
            case .unchanged: continue
            case .cleared: changes.append((Quota.Kind(period), nil))
            case .limit(let limit): changes.append((Quota.Kind(period), limit))
            }
        }
        try await quotas.set(changes, of: .domain(domain.id))
    }
}

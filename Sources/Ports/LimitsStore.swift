public import Base
public import Model

/// The part of the `Store` port that rates and quotas need; its contract is the `Store`'s.
public protocol LimitsStore: Sendable {
    /// All rate windows that are kept, ended ones among them: what the limiters go on with at start.
    func rateWindows() async throws(KernelFailure) -> [RateWindowRecord]

    /// An owner's own quotas with what is used of them, and the periods at `now` in which a default one was used.
    func quotas(of owner: QuotaOwner, at now: Instant) async throws(KernelFailure) -> [QuotaStatus]

    /// What was sent in the period at `now` and is not in the use that is kept, of a quota that is watched. Off the
    /// writer; it looks at every message of the owner in the period.
    func tally(of owner: QuotaOwner, _ kind: Quota.Kind, at now: Instant) async throws(KernelFailure) -> QuotaTally
}

/// One atomic change of what limits keep.
public enum LimitsChange: Sendable {
    /// Keeps these rate windows in place of what is kept of them, beside those that ride with every commit.
    case saveRateWindows([RateWindowRecord])
    /// A limit on what an owner may send, in place of the earlier one; nil clears it. `notFound` without the owner.
    case setQuota(QuotaOwner, Quota.Kind, limit: Int?)
    /// Counts what is used from now on although there is no limit, in this process alone, until it is joined. The
    /// serial is 0 where it is counted already.
    case watchQuota(QuotaOwner, Quota.Kind)
    /// Enters what was sent before it was watched, once: of two who watched together the second enters nothing.
    case joinQuota(QuotaTally)
    /// The quotas that hold for every owner without one of its own, by origin. Of this process: the configuration says
    /// them again at each start.
    case setDefaultQuotas([PersonalityID: [DefaultQuota]])
    /// Removes what has ended by then: rate windows, quota periods, kept answers.
    case purge(endedBy: Instant)
}

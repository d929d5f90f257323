public import Base
public import Model
public import Ports

/// Setting and reading quotas. Any thread; what is set holds for what is accepted afterwards.
public struct QuotaDesk: Sendable {
    private let store: any Store
    private let time: any TimeSource

    public init(store: any Store, time: any TimeSource) {
        self.store = store
        self.time = time
    }

    /// nil clears it, and a default one holds again. `notFound` where the owner does not exist. What was sent in the
    /// present period before counts.
    public func set(_ limit: Int?, _ kind: Quota.Kind, of owner: QuotaOwner) async throws(KernelFailure) {
        try await set([(kind, limit)], of: owner)
    }

    /// Several of one owner, in one commit; the first refusal, if there is one.
    public func set(_ limits: [(kind: Quota.Kind, limit: Int?)], of owner: QuotaOwner) async throws(KernelFailure) {
        guard !limits.isEmpty else { return }
        var changes: [Change] = []
        for (kind, limit) in limits where limit != nil {
            if let tally = try await tally(kind, of: owner) { changes.append(.limits(.joinQuota(tally))) }
        }
        changes += limits.map { .limits(.setQuota(owner, $0.kind, limit: $0.limit)) }
        for outcome in await store.commit(changes) { _ = try outcome.serial() }
    }

    /// What was sent before anybody counted; nil where it was counted all along. It is counted first and looked at
    /// then: what is accepted in between is in the use that is kept, and in the snapshot or not.
    private func tally(_ kind: Quota.Kind, of owner: QuotaOwner) async throws(KernelFailure) -> QuotaTally? {
        guard try await store.make(.limits(.watchQuota(owner, kind))) == 1 else { return nil }
        return try await store.tally(of: owner, kind, at: time.now)
    }

    /// The owner's quotas of messages in the present day and month, set or not, and whatever others it has.
    public func status(of owner: QuotaOwner) async throws(KernelFailure) -> [QuotaStatus] {
        let now = time.now
        let known = try await store.quotas(of: owner, at: now)
        let missing = Quota.Period.allCases.map { Quota.Kind($0) }.filter { kind in !known.contains { $0.kind == kind }
        }
        return
            (known
            + missing.map { QuotaStatus(kind: $0, limit: nil, used: 0, resetAt: $0.period.end(now)) })
            .sorted { $0.resetAt < $1.resetAt }
    }
}

package import Base
package import Model
package import Ports

/// Setting and reading quotas. Any thread; what is set holds for what is accepted afterwards.
package struct QuotaDesk: Sendable {
    private let store: any Store
    private let time: any TimeSource

    package init(store: any Store, time: any TimeSource) {
        self.store = store
        self.time = time
    }

    /// nil clears it, and a default one holds again. `notFound` where the owner does not exist.
    package func set(_ limit: Int?, _ kind: Quota.Kind, of owner: QuotaOwner) async throws(KernelFailure) {
        try await store.make(.limits(.setQuota(owner, kind, limit: limit)))
    }

    /// Several of one owner, in one commit; the first refusal, if there is one.
    package func set(_ limits: [(kind: Quota.Kind, limit: Int?)], of owner: QuotaOwner) async throws(KernelFailure) {
        guard !limits.isEmpty else { return }
        for outcome in await store.commit(limits.map { .limits(.setQuota(owner, $0.kind, limit: $0.limit)) }) {
            _ = try outcome.serial()
        }
    }

    /// The owner's quotas of messages in the present day and month, set or not, and whatever others it has.
    package func status(of owner: QuotaOwner) async throws(KernelFailure) -> [QuotaStatus] {
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

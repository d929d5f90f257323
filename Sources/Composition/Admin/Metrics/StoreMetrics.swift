import Kernel
import Model
import Ports

/// What the store wrote and keeps.
struct StoreMetrics: MetricSource {
    private let store: any Engine
    private let claims: ClaimTable
    private let limits: RateBook
    private let personalities: [PersonalityID]

    init(_ store: any Engine, claims: ClaimTable, limits: RateBook, personalities: [PersonalityID]) {
        self.store = store
        self.claims = claims
        self.limits = limits
        self.personalities = personalities.sorted()
    }

    func add(to page: inout MetricsPage) async {
        let figures = await store.figures()
        for personality in personalities {
            page.add(.messagesAccepted, [("personality", personality.name)], figures.accepted[personality] ?? 0)
        }
        page.add(.commitUnits, figures.commitUnits)
        page.add(.commitSeconds, figures.commitSeconds)
        page.add(.commitsFailed, figures.failedCommits)
        page.add(.writerWaiting, figures.waitingUnits)
        page.add(.writable, figures.isWritable ? 1 : 0)
        page.add(.databaseBytes, figures.databaseBytes)
        page.add(.databaseLogBytes, figures.logBytes)
        page.add(.idempotencyKeys, figures.idempotencyKeys)
        page.add(.idempotencyClaims, claims.count)
        for (personality, count) in limits.windowCounts.sorted(by: { $0.key < $1.key }) {
            page.add(.rateWindows, [("personality", personality.name)], count)
        }
    }
}

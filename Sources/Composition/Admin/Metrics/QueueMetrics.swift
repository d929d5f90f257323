import Base
import Kernel
import Model
import Ports

/// What waits and what became of it, of mail, webhooks and relayed requests: one hop to each dispatcher.
///
/// A lane is named as `queue stats` names it: a smarthost, a provider's exchanges, a webhook's number. The fullest are
/// named, so that neither accounts nor callers can make the page long. Those of relayed requests are not named at all,
/// nor a destination's own: they are what callers chose.
struct QueueMetrics: MetricSource {
    private let mail: Dispatcher
    private let webhooks: WebhookDispatcher
    private let relays: RelayDispatcher
    private let store: any Engine
    private let time: any TimeSource

    init(
        mail: Dispatcher, webhooks: WebhookDispatcher, relays: RelayDispatcher, store: any Engine,
        time: any TimeSource
    ) {
        self.mail = mail
        self.webhooks = webhooks
        self.relays = relays
        self.store = store
        self.time = time
    }

    func add(to page: inout MetricsPage) async {
        let now = time.now
        let mail = await mail.figures()
        let webhooks = await webhooks.figures()
        let relays = await relays.figures()
        var simulated = mail.simulated
        simulated.note(.delivered, store.deliveredAtOnce)
        Self.add(mail.lanes, kind: "mail", at: now, to: &page)
        Self.add(webhooks.lanes.map(LaneStatistics.init), kind: "webhook", at: now, to: &page)
        let targets = relays.lanes.map { lane in
            var statistics = LaneStatistics(lane)
            statistics.lane = LaneID(Self.rest)
            return statistics
        }
        Self.add(targets, kind: "relay", at: now, to: &page)
        Self.add(mail.outcomes, kind: "mail", to: &page)
        Self.add(simulated, kind: "simulated", to: &page)
        Self.add(webhooks.outcomes, kind: "webhook", to: &page)
        Self.add(relays.outcomes, kind: "relay", to: &page)
        Self.add(webhooks.answers, .webhookAnswers, to: &page)
        Self.add(relays.answers, .relayAnswers, to: &page)
    }

    private static func add(_ answers: AnswerCounts, _ family: MetricFamily, to page: inout MetricsPage) {
        for first in AnswerCounts.classes { page.add(family, [("status", "\(first)xx")], answers[first]) }
        page.add(family, [("status", "none")], answers.none)
    }

    static func add(_ outcomes: OutcomeCounts, kind: String, to page: inout MetricsPage) {
        for outcome in OutcomeCounts.Outcome.allCases {
            page.add(.deliveryOutcomes, [("kind", kind), ("outcome", outcome.rawValue)], outcomes[outcome])
        }
    }

    /// `other` is always there, so that a sum over the lanes of a kind has a value also while nothing waits.
    static func add(_ lanes: [LaneStatistics], kind: String, at now: Instant, to page: inout MetricsPage) {
        var other = LaneFigures(name: rest)
        let fullest = lanes.sorted { ($1.size, $0.lane) < ($0.size, $1.lane) }
        for (index, lane) in fullest.enumerated() {
            let figures = LaneFigures(lane, at: now)
            if index < MetricLimits.lanes, lane.lane.name != rest, !lane.lane.isDestination {
                figures.add(kind, to: &page)
            } else {
                other.merge(figures)
            }
        }
        other.add(kind, to: &page)
    }

    private static let rest = "other"
}

/// The figures of one lane, or of several.
private struct LaneFigures {
    let name: String
    var waiting = 0
    var leased = 0
    var oldestDue: Duration = .zero

    init(name: String) { self.name = name }

    init(_ lane: LaneStatistics, at now: Instant) {
        name = lane.lane.name
        waiting = lane.waiting
        leased = lane.leased
        if let due = lane.earliestDue { oldestDue = max(now - due, .zero) }
    }

    mutating func merge(_ other: LaneFigures) {
        waiting += other.waiting
        leased += other.leased
        oldestDue = max(oldestDue, other.oldestDue)
    }

    func add(_ kind: String, to page: inout MetricsPage) {
        let labels: [MetricsPage.Label] = [("kind", kind), ("lane", name)]
        page.add(.queueDepth, labels, waiting)
        page.add(.queueInFlight, labels, leased)
        page.add(.queueOldestDue, labels, seconds: oldestDue)
    }
}

extension LaneStatistics {
    fileprivate var size: Int { waiting + leased }
}

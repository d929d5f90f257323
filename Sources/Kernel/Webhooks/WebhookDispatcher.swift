public import Base
public import Model
public import Ports

/// Delivers webhooks: a kind of work whose lanes are the endpoints. A lane is held while its endpoint is off or
/// disabled, or the operator has paused it: what is queued for it waits there. Any thread.
public final class WebhookDispatcher: WebhookObserver, FactObserver {
    private let engine: WorkEngine<WebhookWork>
    private let work: WebhookWork
    private let endpoints = WebhookEndpointTable()
    private let tally = WorkTally()
    private let log: Log

    public init(
        loop: any ActorLoop, store: any Store, transport: any HTTPTransport, renderer: WebhookRenderer,
        secrets: WebhookSecrets, time: any TimeSource, random: any RandomSource, log: Log
    ) {
        self.log = log
        work = WebhookWork(
            store: store, transport: transport, renderer: renderer, secrets: secrets, endpoints: endpoints,
            tally: tally, time: time, random: random, log: log)
        engine = WorkEngine(work, loop: loop, time: time, log: log)
    }

    /// Called by the store's writer: hands over and returns.
    public func queued(_ webhooks: [PendingWebhook]) { engine.queued(webhooks.map(\.work)) }

    /// Takes over deliveries; at start, all that an earlier process left unfinished.
    public func insert(_ webhooks: [PendingWebhook]) async { await engine.insert(webhooks.map(\.work)) }

    /// Called by the store: how endpoints are now.
    public func committed(_ facts: [StoreFact]) {
        for fact in facts {
            switch fact {
            case .webhook(let endpoint):
                // What its account switched off has no reason.
                if endpoint.disabledReason != nil, endpoints[endpoint.id]?.disabledReason == nil {
                    log.warning("webhook-disabled") { $0.add("webhook", endpoint.id.value) }
                }
                put(endpoint)
            case .webhookRemoved(let id):
                endpoints.remove(id)
                engine.dropped(id)
            case .directory, .domain: break
            }
        }
    }

    /// Makes one attempt at a delivery that its poster has claimed, now, whatever waits in the endpoint's lane, and
    /// records what came of it; there is no second one.
    public func attempt(
        _ delivery: WebhookDelivery.ID, of endpoint: WebhookEndpoint.ID
    ) async throws(KernelFailure) -> WebhookSettlement {
        let claimed = Work(id: delivery.value, lane: endpoint, due: work.time.now)
        guard var settlement = try await work.attempt(claimed)?.outcome else { throw .notFound(.delivery) }
        if case .again = settlement.verdict { settlement.verdict = .givenUp }
        guard await work.record([settlement]) != nil else { throw .storageUnavailable }
        _ = await work.recorded([settlement])
        return settlement
    }

    /// An endpoint as it is; at start, all that there are.
    public func put(_ endpoint: WebhookEndpoint) { engine.held(endpoint.id, endpoints.put(endpoint)) }

    /// The operator's pause: events are queued and kept, and go out when it ends.
    public func setPaused(_ endpoint: WebhookEndpoint.ID, _ isPaused: Bool) async {
        await engine.setHeld(endpoint, endpoints.setPaused(endpoint, isPaused))
    }

    public func statistics() async -> [WebhookLaneStatistics] {
        await engine.statistics().map { lane in
            WebhookLaneStatistics(
                endpoint: lane.lane, waiting: lane.waiting, running: lane.running, earliestDue: lane.earliestDue,
                isHeld: lane.isHeld, isPaused: endpoints.isPaused(lane.lane))
        }
    }

    public func figures() async -> WebhookFigures {
        let (outcomes, answers) = tally.counts
        return WebhookFigures(lanes: await statistics(), outcomes: outcomes, answers: answers)
    }

    /// Sends nothing: for an offline command.
    public func hold() async { await engine.hold() }

    /// Begins nothing more, and returns when everything that was on its way is recorded.
    public func drain() async { await engine.drain() }
}

/// How full an endpoint's lane is.
public struct WebhookLaneStatistics: Sendable, Equatable {
    public var endpoint: WebhookEndpoint.ID
    public var waiting: Int
    public var running: Int
    /// When what waits longest is, or was, due; nil where nothing waits.
    public var earliestDue: Instant?
    /// By the operator's pause, or as its account switched it off, or we did.
    public var isHeld: Bool
    /// By the operator's pause.
    public var isPaused: Bool
}

extension PendingWebhook {
    fileprivate var work: Work<WebhookEndpoint.ID> {
        Work(id: id.value, lane: endpoint, due: due, attempts: attempts)
    }
}

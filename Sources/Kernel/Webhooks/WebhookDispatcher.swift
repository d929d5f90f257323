package import Base
package import Model
package import Ports

/// Delivers webhooks: a kind of work whose lanes are the endpoints. A lane is held while its endpoint is off or
/// disabled, or the operator has paused it: what is queued for it waits there. Any thread.
package final class WebhookDispatcher: WebhookObserver {
    private let engine: WorkEngine<WebhookWork>
    private let endpoints = WebhookEndpointTable()
    private let tally = WorkTally()

    package init(
        loop: any ActorLoop, store: any Store, transport: any HTTPTransport, renderer: WebhookRenderer,
        secrets: WebhookSecrets, time: any TimeSource, random: any RandomSource, log: Log
    ) {
        let work = WebhookWork(
            store: store, transport: transport, renderer: renderer, secrets: secrets, endpoints: endpoints,
            tally: tally, time: time, random: random, log: log)
        engine = WorkEngine(work, loop: loop, time: time, log: log)
    }

    /// Called by the store's writer: hands over and returns.
    package func queued(_ webhooks: [PendingWebhook]) { engine.queued(webhooks.map(\.work)) }

    /// Takes over deliveries; at start, all that an earlier process left unfinished.
    package func insert(_ webhooks: [PendingWebhook]) async { await engine.insert(webhooks.map(\.work)) }

    /// An endpoint is new or was changed.
    package func put(_ endpoint: WebhookEndpoint) async {
        await engine.setHeld(endpoint.id, endpoints.put(endpoint))
    }

    package func remove(_ endpoint: WebhookEndpoint.ID) async {
        endpoints.remove(endpoint)
        await engine.drop(endpoint)
    }

    /// The operator's pause: events are queued and kept, and go out when it ends.
    package func setPaused(_ endpoint: WebhookEndpoint.ID, _ isPaused: Bool) async {
        await engine.setHeld(endpoint, endpoints.setPaused(endpoint, isPaused))
    }

    package func statistics() async -> [WebhookLaneStatistics] {
        await engine.statistics().map { lane in
            WebhookLaneStatistics(
                endpoint: lane.lane, waiting: lane.waiting, running: lane.running, earliestDue: lane.earliestDue,
                isHeld: lane.isHeld, isPaused: endpoints.isPaused(lane.lane))
        }
    }

    package func figures() async -> WebhookFigures {
        let (outcomes, answers) = tally.counts
        return WebhookFigures(lanes: await statistics(), outcomes: outcomes, answers: answers)
    }

    /// Sends nothing: for an offline command.
    package func hold() async { await engine.hold() }

    /// Begins nothing more, and returns when everything that was on its way is recorded.
    package func drain() async { await engine.drain() }
}

/// How full an endpoint's lane is.
package struct WebhookLaneStatistics: Sendable, Equatable {
    package var endpoint: WebhookEndpoint.ID
    package var waiting: Int
    package var running: Int
    /// When what waits longest is, or was, due; nil where nothing waits.
    package var earliestDue: Instant?
    /// By the operator's pause, or as its account switched it off, or we did.
    package var isHeld: Bool
    /// By the operator's pause.
    package var isPaused: Bool
}

extension PendingWebhook {
    fileprivate var work: Work<WebhookEndpoint.ID> {
        Work(id: id.value, lane: endpoint, due: due, attempts: attempts)
    }
}

package import Base
package import Model

/// Delivers webhooks: takes what is due from its lanes, signs it, sends it, records what came of it.
///
/// It lives on a loop of its own. An outcome is recorded before its delivery may be tried again; what was on its way
/// when the process died is due again at the next start, under the same identity.
package actor WebhookDispatcher: WebhookObserver {
    package nonisolated let loop: any ActorLoop
    package nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe loop.asUnownedSerialExecutor() }

    private let store: any Store
    private let transport: any HTTPTransport
    private let renderer: WebhookRenderer
    private let secrets: WebhookSecrets
    private let time: any TimeSource
    private let random: any RandomSource
    private let log: Log

    private var lanes = WebhookLanes()
    /// Every endpoint, as it was last seen in the store; one that is not here is looked up.
    private var endpoints: [WebhookEndpoint.ID: WebhookEndpoint] = [:]
    private var paused: Set<WebhookEndpoint.ID> = []
    private var running = 0
    /// Outcomes that are not on disk yet, and how many are on their way there.
    private var unrecorded: [WebhookSettlement] = []
    private var recording = 0
    private var alarm: Instant?
    private var isDraining = false
    private var idleWaiters: [CheckedContinuation<Void, Never>] = []

    /// How attempts ended, and what endpoints answered to them.
    private var outcomes = OutcomeCounts()
    private var answers = AnswerCounts()

    package init(
        loop: any ActorLoop, store: any Store, transport: any HTTPTransport, renderer: WebhookRenderer,
        secrets: WebhookSecrets, time: any TimeSource, random: any RandomSource, log: Log
    ) {
        self.loop = loop
        self.store = store
        self.transport = transport
        self.renderer = renderer
        self.secrets = secrets
        self.time = time
        self.random = random
        self.log = log
    }

    // MARK: From the store and from callers

    /// Called by the store's writer: hands over and returns.
    package nonisolated func queued(_ webhooks: [PendingWebhook]) {
        loop.execute { self.assumeIsolated { $0.insert(webhooks) } }
    }

    /// Takes over deliveries; at start, all that an earlier process left unfinished.
    package func insert(_ webhooks: [PendingWebhook]) {
        for webhook in webhooks { lanes.insert(webhook) }
        turn()
    }

    /// An endpoint is new or was changed.
    package func put(_ endpoint: WebhookEndpoint) {
        endpoints[endpoint.id] = endpoint
        hold(endpoint.id)
        turn()
    }

    package func remove(_ endpoint: WebhookEndpoint.ID) {
        endpoints[endpoint] = nil
        paused.remove(endpoint)
        lanes.setHeld(endpoint, false)
        lanes.drop(endpoint)
    }

    /// The operator's pause: events are queued and kept, and go out when it ends.
    package func setPaused(_ endpoint: WebhookEndpoint.ID, _ isPaused: Bool) {
        if isPaused { paused.insert(endpoint) } else { paused.remove(endpoint) }
        hold(endpoint)
        turn()
    }

    package func statistics() -> [WebhookLaneStatistics] {
        lanes.statistics().map { lane in
            var lane = lane
            lane.isPaused = paused.contains(lane.endpoint)
            return lane
        }
    }

    package func figures() -> WebhookFigures {
        WebhookFigures(lanes: statistics(), outcomes: outcomes, answers: answers)
    }

    private func hold(_ endpoint: WebhookEndpoint.ID) {
        lanes.setHeld(endpoint, paused.contains(endpoint) || endpoints[endpoint]?.isEnabled == false)
    }

    // MARK: The turn

    private func turn() {
        guard !isDraining else { return }
        let now = time.now
        while running < KernelLimits.webhooksRunning, unrecorded.count + recording < KernelLimits.webhooksUnrecorded,
            let webhook = lanes.next(now: now)
        {
            running += 1
            Task(executorPreference: loop) { await self.run(webhook) }
        }
        setAlarm(now: now)
    }

    private func setAlarm(now: Instant) {
        guard let next = lanes.nextAlarm else { return }
        if let alarm, alarm <= next, alarm > now { return }
        alarm = next
        loop.run(after: max(next - now, .zero)) { self.assumeIsolated { $0.alarmRang(next) } }
    }

    private func alarmRang(_ instant: Instant) {
        if alarm == instant { alarm = nil }
        turn()
    }

    private func run(_ webhook: PendingWebhook) async {
        let settlement = await attempt(webhook)
        running -= 1
        lanes.ended(webhook.endpoint, success: settlement.map { $0.verdict == .delivered } ?? false)
        if let settlement {
            unrecorded.append(settlement)
            if recording == 0 { record() }
        }
        turn()
        wakeIfIdle()
    }

    // MARK: One attempt

    /// nil where there was nothing to attempt: the delivery is gone, or is tried again later by its lane.
    private func attempt(_ webhook: PendingWebhook) async -> WebhookSettlement? {
        do throws(KernelFailure) {
            guard let endpoint = try await endpoint(webhook.endpoint),
                let stored = try await store.webhookDelivery(webhook.id), stored.delivery.nextAttemptAt != nil
            else { return nil }
            let dialect = try renderer.dialect(endpoint.origin)
            guard let body = try await renderer.body(of: stored.delivery, in: dialect) else {
                return settlement(stored, HTTPExchange(outcome: .failed(.protocolError)), givesUp: true)
            }
            let exchange = await transport.perform(try request(stored, endpoint, dialect, body))
            return settlement(stored, exchange)
        } catch {
            log.error("webhook-postponed") { line in
                line.add("webhook", webhook.endpoint.value)
                line.add("delivery", webhook.id.value)
                line.add("temporary", error.isTemporary)
                line.add("incident", error.incident)
            }
            lanes.insert(
                PendingWebhook(
                    id: webhook.id, endpoint: webhook.endpoint, due: time.now + KernelLimits.storageRetryDelay,
                    attempts: webhook.attempts))
            return nil
        }
    }

    private func endpoint(_ id: WebhookEndpoint.ID) async throws(KernelFailure) -> WebhookEndpoint? {
        if let known = endpoints[id] { return known }
        let found = try await store.webhook(id)
        if let found { endpoints[id] = found }
        return found
    }

    private func request(
        _ stored: StoredWebhookDelivery, _ endpoint: WebhookEndpoint, _ dialect: WebhookDialect, _ body: [UInt8]
    ) throws(KernelFailure) -> OutgoingRequest {
        let now = time.now
        let fields = WebhookSigner.fields(
            dialect.rules.signing, secrets: try secrets.open(endpoint, at: now), id: dialect.identity(stored.delivery),
            event: stored.delivery.name, time: now, body: body)
        return OutgoingRequest(
            url: endpoint.url.text, fields: [.init("Content-Type", "application/json")] + fields, body: body,
            timeout: stored.policy.timeout)
    }

    private func settlement(
        _ stored: StoredWebhookDelivery, _ exchange: HTTPExchange, givesUp: Bool = false
    ) -> WebhookSettlement {
        let now = time.now
        let attempts = stored.delivery.attempts + 1
        var answer: HTTPAnswer?
        let response: UserData
        switch exchange.outcome {
        case .answered(let given):
            answer = given
            response = UserData(String(decoding: given.snippet, as: UTF8.self))
        case .failed(let failure): response = UserData(failure.sentence)
        }
        let verdict: WebhookSettlement.Verdict
        switch givesUp ? .giveUp : stored.policy.verdict(answer?.status) {
        case .success: verdict = .delivered
        case .giveUp: verdict = .givenUp
        case .again:
            verdict = again(stored, attempts, asked: answer?.retryAfter, now).map { .again(due: $0) } ?? .givenUp
        }
        return WebhookSettlement(
            id: stored.delivery.id, endpoint: stored.delivery.endpoint, message: stored.delivery.message, at: now,
            verdict: verdict, attempts: attempts, status: answer?.status, response: response)
    }

    /// When the delivery is tried again; nil to give up.
    private func again(
        _ stored: StoredWebhookDelivery, _ attempts: Int, asked: Duration?, _ now: Instant
    ) -> Instant? {
        let retries = stored.policy.retries
        guard let delay = retries.delay(after: attempts, asked: asked, random: random),
            now + delay <= stored.delivery.queuedAt + retries.lifetime
        else { return nil }
        return now + delay
    }

    // MARK: Recording

    /// What gathers while one transaction runs is recorded by the next.
    private func record() {
        var batch: [WebhookSettlement] = []
        swap(&batch, &unrecorded)
        recording = batch.count
        Task(executorPreference: loop) { await self.record(batch) }
    }

    private func record(_ batch: [WebhookSettlement]) async {
        let applied = await settle(batch)
        recording = 0
        for (settlement, isApplied) in zip(batch, applied) where isApplied {
            note(settlement)
            guard case .again(let due) = settlement.verdict else { continue }
            lanes.insert(
                PendingWebhook(
                    id: settlement.id, endpoint: settlement.endpoint, due: due, attempts: settlement.attempts))
        }
        if !unrecorded.isEmpty { record() }
        turn()
        await refresh(Set(batch.filter { $0.verdict == .givenUp }.map(\.endpoint)))
        wakeIfIdle()
    }

    private func note(_ settlement: WebhookSettlement) {
        outcomes.note(settlement.verdict.outcome)
        answers.note(settlement.status)
        log.write(.deliveries, "webhook-delivery") { line in
            line.add("webhook", settlement.endpoint.value)
            line.add("delivery", settlement.id.value)
            line.add("message", settlement.message?.value)
            line.add("attempt", settlement.attempts)
            line.add("outcome", settlement.verdict.outcome.word)
            line.add("code", settlement.status)
        }
    }

    private func settle(_ batch: [WebhookSettlement]) async -> [Bool] {
        while true {
            let outcome = await store.commit([.webhook(.settle(batch))]).first
            if case .settled(let applied) = outcome { return applied }
            log.error("webhook-settlement-postponed") { line in
                line.add("delivery", batch.first?.id.value)
                line.add("deliveries", batch.count)
            }
            await withCheckedContinuation { continuation in
                loop.run(after: KernelLimits.storageRetryDelay) { continuation.resume() }
            }
        }
    }

    /// A delivery that was given up may have disabled its endpoint.
    private func refresh(_ ids: Set<WebhookEndpoint.ID>) async {
        for id in ids {
            guard let endpoint = try? await store.webhook(id) else { continue }
            if endpoint.disabledAt != nil, endpoints[id]?.disabledAt == nil {
                log.warning("webhook-disabled") { $0.add("webhook", id.value) }
            }
            put(endpoint)
        }
    }

    // MARK: Ending

    /// Sends nothing: for an offline command.
    package func hold() { isDraining = true }

    /// Begins nothing more, and returns when everything that was on its way is recorded.
    package func drain() async {
        isDraining = true
        if !isIdle { await withCheckedContinuation { idleWaiters.append($0) } }
        await transport.close()
    }

    private var isIdle: Bool { running == 0 && recording == 0 && unrecorded.isEmpty }

    private func wakeIfIdle() {
        guard isIdle else { return }
        for waiter in idleWaiters { waiter.resume() }
        idleWaiters.removeAll()
    }
}

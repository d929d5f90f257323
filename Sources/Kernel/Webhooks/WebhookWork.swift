import Base
import Model
import Ports

/// One attempt at a webhook: renders it, signs it, sends it, says what follows.
struct WebhookWork: WorkKind {
    let store: any Store
    let transport: any HTTPTransport
    let renderer: WebhookRenderer
    let secrets: WebhookSecrets
    let endpoints: WebhookEndpointTable
    let tally: WorkTally
    let time: any TimeSource
    let random: any RandomSource
    let log: Log

    let name: StaticString = "webhook"
    let limits = KernelLimits.webhookWork

    func attempt(
        _ work: Work<WebhookEndpoint.ID>
    ) async throws(KernelFailure) -> WorkResult<WebhookSettlement>? {
        guard let endpoint = try await endpoint(work.lane),
            let stored = try await store.webhookDelivery(WebhookDelivery.ID(work.id)),
            stored.delivery.nextAttemptAt != nil
        else { return nil }
        let dialect = try renderer.dialect(endpoint.origin)
        guard let body = try await renderer.body(of: stored.delivery, in: dialect) else {
            return result(settlement(stored, HTTPExchange(outcome: .failed(.protocolError)), givesUp: true))
        }
        return result(settlement(stored, await transport.perform(try request(stored, endpoint, dialect, body))))
    }

    private func endpoint(_ id: WebhookEndpoint.ID) async throws(KernelFailure) -> WebhookEndpoint? {
        if let known = endpoints[id] { return known }
        return try await store.webhook(id)
    }

    private func request(
        _ stored: StoredWebhookDelivery, _ endpoint: WebhookEndpoint, _ dialect: WebhookDialect, _ body: [UInt8]
    ) throws(KernelFailure) -> OutgoingRequest {
        let now = time.now
        let fields = WebhookSigner.fields(
            dialect.rules.signing, secrets: try secrets(of: endpoint, dialect.rules, at: now),
            id: dialect.identity(stored.delivery),
            event: stored.delivery.name, time: now, body: body)
        return OutgoingRequest(
            url: endpoint.url.text, fields: [.init("Content-Type", "application/json")] + fields, body: body,
            timeout: stored.policy.timeout)
    }

    /// What goes to a record's own URL is signed as the account's first endpoint would be.
    private func secrets(
        of endpoint: WebhookEndpoint, _ rules: WebhookRules, at now: Instant
    ) throws(KernelFailure) -> [String] {
        guard endpoint.isOwn else { return try secrets.open(endpoint, at: now) }
        if let lender = endpoints.firstEnabled(of: endpoint.owner) { return try secrets.open(lender, at: now) }
        return [secrets.fallback(of: endpoint.owner, prefix: rules.secretPrefix)]
    }

    // MARK: What came of it

    private func result(_ settlement: WebhookSettlement) -> WorkResult<WebhookSettlement> {
        var due: Instant?
        if case .again(let instant) = settlement.verdict { due = instant }
        return WorkResult(outcome: settlement, isSuccess: settlement.verdict == .delivered, again: due)
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
            verdict =
                stored.policy.retries.next(
                    after: attempts, queuedAt: stored.delivery.queuedAt, asked: answer?.asksFor(at: now), now: now,
                    random: random
                ).map { .again(due: $0) } ?? .givenUp
        }
        return WebhookSettlement(
            id: stored.delivery.id, endpoint: stored.delivery.endpoint, message: stored.delivery.message, at: now,
            verdict: verdict, attempts: attempts, status: answer?.status, response: response)
    }

    func record(_ outcomes: [WebhookSettlement]) async -> [Bool]? {
        guard case .settled(let applied) = await store.commit([.webhook(.settle(outcomes))]).first else { return nil }
        return applied
    }

    /// An endpoint that this has disabled holds its lane already: the store told of it first.
    func recorded(_ outcomes: [WebhookSettlement]) async -> [WebhookEndpoint.ID: Bool] {
        for settlement in outcomes { note(settlement) }
        return [:]
    }

    private func note(_ settlement: WebhookSettlement) {
        tally.note(settlement.verdict.outcome, status: settlement.status)
        log.write(.deliveries, "webhook-delivery") { line in
            line.add("webhook", settlement.endpoint.value)
            line.add("delivery", settlement.id.value)
            line.add("message", settlement.message?.value)
            line.add("attempt", settlement.attempts)
            line.add("outcome", settlement.verdict.outcome.word)
            line.add("code", settlement.status)
        }
    }
}

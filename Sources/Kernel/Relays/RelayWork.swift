import Base
import Model
import Ports

/// One attempt at a relayed request: signs it, sends it, says what follows.
struct RelayWork: WorkKind {
    let store: any Store
    let transport: any HTTPTransport
    let secrets: RelaySecrets
    let rules: [PersonalityID: RelayRules]
    let tally: WorkTally
    let time: any TimeSource
    let random: any RandomSource
    let log: Log

    let name: StaticString = "relay"
    let limits = KernelLimits.relayWork

    func attempt(_ work: Work<String>) async throws(KernelFailure) -> WorkResult<RelaySettlement>? {
        guard let due = try await store.dueRelay(Relay.ID(work.id)) else { return nil }
        let exchange = await transport.perform(try await request(due))
        let settlement = settlement(due, exchange)
        return WorkResult(
            outcome: settlement, isSuccess: settlement.outcome == .delivered, again: settlement.due)
    }

    /// The signature and its time are those of the attempt.
    private func request(_ due: DueRelay) async throws(KernelFailure) -> OutgoingRequest {
        var fields = due.request.fields.map { OutgoingRequest.Field($0.name, $0.value) }
        if due.request.isSigned {
            guard let rules = rules[due.origin] else { throw .internalError(incident: "relay without a dialect") }
            let owner = Tenant(account: due.account, origin: due.origin)
            let secret = try await secrets.secret(of: owner, prefix: rules.secretPrefix)
            fields += WebhookSigner.fields(
                rules.signing, secrets: [secret], id: "", event: "", time: time.now, body: due.body)
        }
        return OutgoingRequest(
            method: due.request.method, url: due.request.target.text, fields: fields, body: due.body,
            timeout: due.request.policy.timeout, snippetBytes: 0)
    }

    private func settlement(_ due: DueRelay, _ exchange: HTTPExchange) -> RelaySettlement {
        let now = time.now
        let policy = due.request.policy
        var answer: HTTPAnswer?
        var failure: HTTPFailure?
        switch exchange.outcome {
        case .answered(let given): answer = given
        case .failed(let reason): failure = reason
        }
        var next: Instant?
        let outcome: Relay.State
        switch policy.verdict(answer?.status) {
        case .success: outcome = .delivered
        case .giveUp: outcome = .rejected
        case .again:
            next = policy.retries.next(
                after: due.attempts + 1, queuedAt: due.queuedAt, asked: answer?.asksFor(at: now), now: now,
                random: random)
            outcome = next == nil ? .dead : .retrying
        }
        return RelaySettlement(
            id: due.id, attempts: due.attempts + 1, outcome: outcome, due: next, status: answer?.status,
            failure: failure, latency: exchange.duration, at: now)
    }

    func record(_ outcomes: [RelaySettlement]) async -> [Bool]? {
        guard case .settled(let applied) = await store.commit([.relay(.settle(outcomes))]).first else { return nil }
        return applied
    }

    /// Not where it went: that is the caller's own.
    func recorded(_ outcomes: [RelaySettlement]) async -> [String: Bool] {
        for settlement in outcomes {
            tally.note(settlement.counted, status: settlement.status)
            log.write(.deliveries, "relay-delivery") { line in
                line.add("relay", settlement.id.value)
                line.add("attempt", settlement.attempts)
                line.add("outcome", settlement.counted.word)
                line.add("code", settlement.status)
            }
        }
        return [:]
    }
}

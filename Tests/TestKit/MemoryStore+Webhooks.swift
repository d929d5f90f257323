import Base
package import Model
package import Ports

extension MemoryStore {
    struct Webhooks {
        var rules: [PersonalityID: WebhookRules] = [:]
        var endpoints: [WebhookEndpoint] = []
        var deleted: Set<WebhookEndpoint.ID> = []
        var deliveries: [StoredWebhookDelivery] = []
        var queued: [PendingWebhook] = []
        var observer: (any WebhookObserver)?

        func index(_ id: WebhookEndpoint.ID) -> Int? {
            deleted.contains(id) ? nil : endpoints.firstIndex { $0.id == id }
        }

        func index(_ id: WebhookDelivery.ID) -> Int? { deliveries.firstIndex { $0.delivery.id == id } }

        mutating func insert(
            _ name: String, _ endpoint: WebhookEndpoint, event: MailEvent? = nil, data: [UInt8]? = nil, at: Instant
        ) -> Int64 {
            let id = WebhookDelivery.ID(Int64(deliveries.count) + 1)
            let delivery = WebhookDelivery(
                id: id, endpoint: endpoint.id, name: name, event: event?.id, message: event?.message, data: data,
                nextAttemptAt: at, createdAt: at, queuedAt: at)
            let policy = rules[endpoint.origin]?.policy ?? Fixture.webhookRules.policy
            deliveries.append(StoredWebhookDelivery(delivery: delivery, policy: policy))
            if let index = index(endpoint.id) { endpoints[index].health.deliveries += 1 }
            queued.append(PendingWebhook(id: id, endpoint: endpoint.id, due: at, attempts: 0))
            return id.value
        }

        func wanting(_ account: Account.ID, _ origin: PersonalityID, _ rules: WebhookRules) -> [WebhookEndpoint] {
            endpoints.filter {
                $0.account == account && $0.origin == origin && !deleted.contains($0.id)
                    && ($0.isEnabled || rules.keepsWhileOff)
            }
        }
    }

    static func fanOut(_ event: MailEvent, of message: NewMessage, _ state: inout State) {
        guard let rules = state.webhooks.rules[message.origin] else { return }
        for endpoint in state.webhooks.wanting(message.account, message.origin, rules)
        where endpoint.domains.isEmpty ? !endpoint.isBound : endpoint.domains.contains(message.domain) {
            for name in rules.names[event.kind] ?? [] where rules.admits(name, endpoint.events) {
                _ = state.webhooks.insert(name, endpoint, event: event, at: event.at)
            }
        }
    }

    static func webhookChange(_ change: WebhookChange, _ state: inout State) -> ChangeOutcome {
        switch change {
        case .create(let endpoint, let limit): create(endpoint, atMost: limit, &state)
        case .edit(let id, let edit, let at): editing(id, &state) { Self.apply(edit, to: &$0, at) }
        case .rotate(let id, let secrets, let at):
            editing(id, &state) { endpoint in
                endpoint.secrets = secrets
                endpoint.secretRotatedAt = at
            }
        case .delete(let id, _): delete(id, &state)
        case .post(let announcement, let id):
            if let index = state.webhooks.index(id) {
                .done(
                    serial: state.webhooks.insert(
                        announcement.name, state.webhooks.endpoints[index], data: announcement.data,
                        at: announcement.at))
            } else {
                .refused(.notFound(.webhook))
            }
        case .announce(let announcement, let owner): announce(announcement, owner, &state)
        case .settle(let settlements): .settled(settlements.map { settle($0, &state) })
        case .replay(let ids, let at): .settled(ids.map { replay($0, at, &state) })
        }
    }

    private static func create(
        _ endpoint: WebhookEndpoint, atMost limit: Int, _ state: inout State
    ) -> ChangeOutcome {
        guard state.accounts.contains(where: { $0.id == endpoint.account }) else {
            return .refused(.notFound(.account))
        }
        let count = state.webhooks.endpoints.count { existing in
            existing.account == endpoint.account && existing.origin == endpoint.origin
                && !state.webhooks.deleted.contains(existing.id)
        }
        guard count < limit else {
            return .refused(.planLimitReached(.webhook, current: count, maximum: limit, plan: ""))
        }
        var endpoint = endpoint
        endpoint.id = WebhookEndpoint.ID(Int64(state.webhooks.endpoints.count) + 1)
        state.webhooks.endpoints.append(endpoint)
        state.facts.append(.webhook(endpoint))
        return .done(serial: endpoint.id.value)
    }

    private static func editing(
        _ id: WebhookEndpoint.ID, _ state: inout State, _ body: (inout WebhookEndpoint) -> Void
    ) -> ChangeOutcome {
        guard let index = state.webhooks.index(id) else { return .refused(.notFound(.webhook)) }
        body(&state.webhooks.endpoints[index])
        state.facts.append(.webhook(state.webhooks.endpoints[index]))
        return .done(serial: id.value)
    }

    private static func apply(_ edit: WebhookEdit, to endpoint: inout WebhookEndpoint, _ at: Instant) {
        endpoint.url = edit.url ?? endpoint.url
        endpoint.events = edit.events ?? endpoint.events
        endpoint.domains = edit.domains ?? endpoint.domains
        endpoint.isBound = edit.isBound ?? endpoint.isBound
        endpoint.label = edit.label ?? endpoint.label
        endpoint.changedAt = at
        if edit.isEnabled == true {
            endpoint.disabledAt = nil
            endpoint.disabledReason = nil
            endpoint.health.consecutiveFailures = 0
        } else if edit.isEnabled == false, endpoint.isEnabled {
            endpoint.disabledAt = at
        }
        endpoint.isEnabled = edit.isEnabled ?? endpoint.isEnabled
    }

    private static func delete(_ id: WebhookEndpoint.ID, _ state: inout State) -> ChangeOutcome {
        guard state.webhooks.index(id) != nil else { return .refused(.notFound(.webhook)) }
        state.webhooks.deleted.insert(id)
        state.facts.append(.webhookRemoved(id))
        for index in state.webhooks.deliveries.indices
        where state.webhooks.deliveries[index].delivery.endpoint == id {
            state.webhooks.deliveries[index].delivery.nextAttemptAt = nil
        }
        return .done(serial: id.value)
    }

    private static func announce(
        _ announcement: WebhookAnnouncement, _ owner: Tenant, _ state: inout State
    ) -> ChangeOutcome {
        guard let rules = state.webhooks.rules[owner.origin] else { return .done(serial: 0) }
        let endpoints = state.webhooks.wanting(owner.account, owner.origin, rules)
            .filter { rules.admits(announcement.name, $0.events) }
        for endpoint in endpoints {
            _ = state.webhooks.insert(announcement.name, endpoint, data: announcement.data, at: announcement.at)
        }
        return .done(serial: Int64(endpoints.count))
    }

    private static func settle(_ settlement: WebhookSettlement, _ state: inout State) -> Bool {
        guard let index = state.webhooks.index(settlement.id),
            state.webhooks.deliveries[index].delivery.nextAttemptAt != nil
        else { return false }
        var delivery = state.webhooks.deliveries[index].delivery
        delivery.attempts = settlement.attempts
        delivery.status = settlement.status
        delivery.response = settlement.response
        delivery.nextAttemptAt = nil
        var failures: Int?
        switch settlement.verdict {
        case .delivered:
            delivery.deliveredAt = settlement.at
            failures = 0
        case .again(let due): delivery.nextAttemptAt = due
        case .givenUp: failures = nil
        }
        state.webhooks.deliveries[index].delivery = delivery
        guard let place = state.webhooks.index(settlement.endpoint) else { return true }
        var endpoint = state.webhooks.endpoints[place]
        endpoint.health.lastAttemptAt = settlement.at
        endpoint.health.lastStatus = settlement.status
        if let failures { endpoint.health.consecutiveFailures = failures }
        if settlement.verdict == .delivered {
            endpoint.health.successes += 1
            endpoint.health.failuresSinceSuccess = 0
        } else {
            endpoint.health.failures += 1
            endpoint.health.failuresSinceSuccess += 1
        }
        if settlement.verdict == .givenUp {
            endpoint.health.consecutiveFailures += 1
            let count = endpoint.health.consecutiveFailures
            if endpoint.isEnabled, let limit = state.webhooks.rules[endpoint.origin]?.disableAfter, count >= limit {
                endpoint.isEnabled = false
                endpoint.disabledAt = settlement.at
                endpoint.disabledReason = "\(count) deliveries in a row failed"
                state.facts.append(.webhook(endpoint))
            }
        }
        state.webhooks.endpoints[place] = endpoint
        return true
    }

    private static func replay(_ id: WebhookDelivery.ID, _ at: Instant, _ state: inout State) -> Bool {
        guard let index = state.webhooks.index(id),
            state.webhooks.deliveries[index].delivery.nextAttemptAt == nil
        else { return false }
        state.webhooks.deliveries[index].delivery.nextAttemptAt = at
        state.webhooks.deliveries[index].delivery.attempts = 0
        state.webhooks.deliveries[index].delivery.queuedAt = at
        state.webhooks.deliveries[index].delivery.deliveredAt = nil
        let endpoint = state.webhooks.deliveries[index].delivery.endpoint
        state.webhooks.queued.append(PendingWebhook(id: id, endpoint: endpoint, due: at, attempts: 0))
        return true
    }

    // MARK: Reading

    package func observe(webhooks observer: any WebhookObserver) { withState { $0.webhooks.observer = observer } }

    package func webhooks(of owner: Tenant?) async throws(KernelFailure) -> [WebhookEndpoint] {
        withState { state in
            state.webhooks.endpoints.filter { endpoint in
                !state.webhooks.deleted.contains(endpoint.id)
                    && (owner.map { $0.account == endpoint.account && $0.origin == endpoint.origin } ?? true)
            }
        }
    }

    package func webhook(_ id: WebhookEndpoint.ID) async throws(KernelFailure) -> WebhookEndpoint? {
        withState { state in state.webhooks.index(id).map { state.webhooks.endpoints[$0] } }
    }

    package func webhookDelivery(_ id: WebhookDelivery.ID) async throws(KernelFailure) -> StoredWebhookDelivery? {
        withState { state in state.webhooks.index(id).map { state.webhooks.deliveries[$0] } }
    }

    package func webhookDeliveries(
        _ endpoint: WebhookEndpoint.ID, offset: Int, limit: Int
    ) async throws(KernelFailure) -> [WebhookDelivery] {
        withState { state in
            let all = state.webhooks.deliveries.map(\.delivery).filter { $0.endpoint == endpoint }
            return Array(all.reversed().dropFirst(offset).prefix(limit))
        }
    }

    package func failedWebhooks(
        _ query: FailedWebhooks
    ) async throws(KernelFailure) -> (deliveries: [WebhookDelivery.ID], total: Int) {
        withState { state in
            let found = state.webhooks.deliveries.map(\.delivery).filter { delivery in
                delivery.endpoint == query.endpoint && delivery.nextAttemptAt == nil && delivery.deliveredAt == nil
                    && (query.since.map { delivery.createdAt >= $0 } ?? true)
                    && (query.name.map { delivery.name == $0 } ?? true)
            }
            return (found.prefix(query.limit).map(\.id), found.count)
        }
    }

    package func pendingWebhooks() async throws(KernelFailure) -> [PendingWebhook] {
        withState { state in
            state.webhooks.deliveries.map(\.delivery).compactMap { delivery in
                delivery.nextAttemptAt.map {
                    PendingWebhook(
                        id: delivery.id, endpoint: delivery.endpoint, due: $0, attempts: delivery.attempts)
                }
            }.sorted { ($0.endpoint, $0.id) < ($1.endpoint, $1.id) }
        }
    }
}

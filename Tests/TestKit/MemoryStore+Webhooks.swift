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

        func wanting(_ account: Account.ID, _ origin: PersonalityID, _ rules: WebhookRules) -> [WebhookEndpoint] {
            endpoints.filter {
                $0.account == account && $0.origin == origin && !deleted.contains($0.id) && !$0.isOwn
                    && ($0.isEnabled || rules.keepsWhileOff)
            }
        }
    }

    static func fanOut(_ event: MailEvent, of message: NewMessage, _ state: inout State) {
        guard let rules = state.webhooks.rules[message.origin] else { return }
        for endpoint in state.webhooks.wanting(message.account, message.origin, rules)
        where endpoint.domains.isEmpty ? !endpoint.isBound : endpoint.domains.contains(message.domain) {
            for name in rules.names[event.kind] ?? [] where rules.admits(name, endpoint.events) {
                _ = insert(name, endpoint, event: event, at: event.at, &state)
            }
        }
    }

    /// Queues one; gives its number.
    private static func insert(
        _ name: String, _ endpoint: WebhookEndpoint, event: MailEvent? = nil, data: [UInt8]? = nil, at: Instant,
        isClaimed: Bool = false, _ state: inout State
    ) -> Int64 {
        let cell = event.map { CellNumber($0.id.value).cell } ?? state.cell(of: endpoint.account)
        let id = WebhookDelivery.ID(state.numbers.take(in: cell))
        let delivery = WebhookDelivery(
            id: id, endpoint: endpoint.id, name: name, event: event?.id, message: event?.message, data: data,
            nextAttemptAt: at, createdAt: at, queuedAt: at)
        let policy = state.webhooks.rules[endpoint.origin]?.policy ?? Fixture.webhookRules.policy
        state.webhooks.deliveries.append(StoredWebhookDelivery(delivery: delivery, policy: policy))
        if let index = state.webhooks.index(endpoint.id) { state.webhooks.endpoints[index].health.deliveries += 1 }
        if !isClaimed {
            state.webhooks.queued.append(PendingWebhook(id: id, endpoint: endpoint.id, due: at, attempts: 0))
        }
        return id.value
    }

    static func webhookChange(_ change: WebhookChange, _ state: inout State) -> ChangeOutcome {
        switch change {
        case .create(let endpoint, let limit): create(endpoint, atMost: limit, &state)
        case .edit(let id, let edit, let at): editing(id, &state) { $0 = edit.applied(to: $0, at: at) }
        case .rotate(let id, let secrets, let at):
            editing(id, &state) { endpoint in
                endpoint.secrets = secrets
                endpoint.secretRotatedAt = at
            }
        case .delete(let id, _): delete(id, &state)
        case .post(let announcement, let id, let isClaimed):
            if let index = state.webhooks.index(id) {
                .done(
                    serial: insert(
                        announcement.name, state.webhooks.endpoints[index], data: announcement.data,
                        at: announcement.at, isClaimed: isClaimed, &state))
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
                && !state.webhooks.deleted.contains(existing.id) && !existing.isOwn
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

    private static func delete(_ id: WebhookEndpoint.ID, _ state: inout State) -> ChangeOutcome {
        guard state.webhooks.index(id) != nil else { return .refused(.notFound(.webhook)) }
        state.webhooks.deleted.insert(id)
        state.facts.append(.webhookRemoved(id))
        state.records.facets = state.records.facets.filter { $0.key.kind != .webhook || $0.key.row != id.value }
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
            _ = insert(announcement.name, endpoint, data: announcement.data, at: announcement.at, &state)
        }
        return .done(serial: Int64(endpoints.count))
    }

    static func announce(_ announcement: RecordAnnouncement, at: Instant, _ state: inout State) {
        let event = WebhookAnnouncement(name: announcement.name, data: announcement.data, at: at)
        switch announcement.target {
        case .subscribers:
            let owner = Tenant(account: announcement.account, origin: announcement.origin)
            _ = announce(event, owner, &state)
        case .url(let url):
            let endpoint = own(url, announcement, at, &state)
            _ = insert(event.name, endpoint, data: event.data, at: at, &state)
        }
    }

    private static func own(
        _ url: UserData, _ announcement: RecordAnnouncement, _ at: Instant, _ state: inout State
    ) -> WebhookEndpoint {
        let known = state.webhooks.endpoints.first { endpoint in
            endpoint.isOwn && endpoint.url == url && endpoint.account == announcement.account
                && endpoint.origin == announcement.origin
        }
        if let known { return known }
        let made = WebhookEndpoint(
            id: WebhookEndpoint.ID(Int64(state.webhooks.endpoints.count) + 1), account: announcement.account,
            origin: announcement.origin, url: url, events: [], isOwn: true,
            secrets: [WebhookEndpoint.SealedSecret(bytes: [])], createdAt: at)
        state.webhooks.endpoints.append(made)
        return made
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
        if state.webhooks.deliveries[index].delivery.deliveredAt == nil {
            state.webhooks.deliveries[index].delivery.replayedAt = at
        }
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
                !state.webhooks.deleted.contains(endpoint.id) && !endpoint.isOwn
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
        _ endpoint: WebhookEndpoint.ID, _ slice: Slice<WebhookDelivery>
    ) async throws(KernelFailure) -> Page<WebhookDelivery> {
        withState { state in
            let all = state.webhooks.deliveries.map(\.delivery).filter { $0.endpoint == endpoint }
            return slice.page(of: all.reversed(), by: \.id)
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

    package func deadWebhooks(
        of owner: Tenant, includingReplayed: Bool, limit: Int
    ) async throws(KernelFailure) -> [DeadWebhook] {
        withState { state in
            let found = state.webhooks.deliveries.map(\.delivery).reversed().compactMap { delivery -> DeadWebhook? in
                guard let index = state.webhooks.index(delivery.endpoint) else { return nil }
                let endpoint = state.webhooks.endpoints[index]
                let isDead = delivery.nextAttemptAt == nil && delivery.deliveredAt == nil
                guard endpoint.account == owner.account, endpoint.origin == owner.origin,
                    isDead || (includingReplayed && delivery.replayedAt != nil)
                else { return nil }
                return DeadWebhook(delivery: delivery, url: endpoint.url, isOwn: endpoint.isOwn)
            }
            return Array(found.prefix(limit))
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

public import Base
import Kernel
public import Model
import Ports

/// What a dialect does with webhooks for its caller. Everything is seen through the caller's account and personality:
/// what is somebody else's is not there.
///
/// Comes back on the shard. What a plan changes is on disk and at work once it was carried out.
public struct WebhookDesk: Sendable {
    let service: WebhookService
    private let caller: Principal?
    private let reach: KeyReach

    init(_ service: WebhookService, caller: Principal?, reach: KeyReach) {
        self.service = service
        self.caller = caller
        self.reach = reach
    }

    /// Makes an endpoint; the secret is to be shown now. `publicAddress` faults are those of the field `url`.
    /// `domains`: only events of messages from these; empty: of all, or where the key is bound to domains of those,
    /// unless the endpoint itself is bound. `facet`: what the dialect keeps beside it, JSON.
    public func create(
        url: WebURL, events: [String], domains: [MailDomain.ID] = [], isBound: Bool = false, label: String = "",
        isEnabled: Bool = true, facet: [UInt8]? = nil
    ) async throws(KernelFailure) -> Plan<(endpoint: WebhookEndpoint, secret: String)> {
        try checkMayChange()
        let domains = domains.isEmpty ? reach.domains?.sorted() ?? [] : domains
        guard reach.reaches(all: domains) else { throw .domainNotPermitted(domain: nil, action: nil) }
        return Plan(
            try await service.create(
                url: url, events: events, domains: domains, isBound: isBound, label: label, isEnabled: isEnabled,
                facet: facet, for: owner()))
    }

    /// A page of the caller's endpoints, latest first as all lists, of those that `isVisible` lets be seen.
    public func list(
        _ slice: Slice<WebhookEndpoint> = .all, where isVisible: (WebhookEndpoint) -> Bool = { _ in true }
    ) async throws(KernelFailure) -> Page<WebhookEndpoint> {
        let endpoints = try await service.endpoints(of: owner()).filter { reach.reaches(all: $0.domains) }
        return slice.page(of: endpoints.filter(isVisible).reversed(), by: \.id)
    }

    public func endpoint(_ id: WebhookEndpoint.ID) async throws(KernelFailure) -> WebhookEndpoint {
        let endpoint = try await service.endpoint(id, of: owner())
        guard reach.reaches(all: endpoint.domains) else { throw .notFound(.webhook) }
        return endpoint
    }

    /// Changes what is not nil. To enable an endpoint also forgets its failures.
    public func edit(
        _ id: WebhookEndpoint.ID, url: WebURL?, events: [String]?, isEnabled: Bool?, domains: [MailDomain.ID]? = nil,
        isBound: Bool? = nil, label: String? = nil, facet: [UInt8]? = nil
    ) async throws(KernelFailure) -> Plan<WebhookEndpoint> {
        try await checkMayChange(id)
        if let domains, !reach.reaches(all: domains) { throw .domainNotPermitted(domain: nil, action: nil) }
        return Plan(
            try await service.edit(
                id, url: url, events: events, isEnabled: isEnabled, domains: domains, isBound: isBound, label: label,
                facet: facet, of: owner()))
    }

    public func delete(_ id: WebhookEndpoint.ID) async throws(KernelFailure) -> Plan<Void> {
        try await checkMayChange(id)
        return Plan(try await service.delete(id, of: owner()))
    }

    /// Gives an endpoint a new secret; the old one signs beside it for the time of `grace`.
    public func rotateSecret(
        of id: WebhookEndpoint.ID, grace: Duration
    ) async throws(KernelFailure) -> Plan<(endpoint: WebhookEndpoint, secret: String)> {
        try await checkMayChange(id)
        return Plan(try await service.rotateSecret(of: id, grace: grace, of: owner()))
    }

    /// Queues a test event.
    public func test(_ id: WebhookEndpoint.ID) async throws(KernelFailure) -> Plan<Void> {
        try await checkMayChange(id)
        return Plan(try await service.test(id, of: owner()))
    }

    /// Makes one attempt at a test event now, and says what came of it. There is no second one. `name`: in place of the
    /// dialect's usual one.
    public func attemptTest(
        _ id: WebhookEndpoint.ID, named name: String? = nil
    ) async throws(KernelFailure) -> WebhookAttempt {
        try await checkMayChange(id)
        let settlement = try await service.attemptTest(id, named: name, of: owner())
        return WebhookAttempt(
            delivery: settlement.id, isDelivered: settlement.verdict == .delivered, status: settlement.status,
            response: settlement.response)
    }

    /// An endpoint's secret, for dialects that show it again.
    public func secret(of id: WebhookEndpoint.ID) async throws(KernelFailure) -> String {
        try await checkReaches(id)
        return try await service.secret(of: id, of: owner())
    }

    /// Judges a URL as `create` does, for one that stands in a record; the fault is the field's.
    public func check(_ url: WebURL, field: String) throws(KernelFailure) { try service.check(url, field: field) }

    /// What was given up, over all endpoints and records' own URLs, latest first, with the bodies.
    public func deadLetters(
        includingReplayed: Bool, limit: Int
    ) async throws(KernelFailure) -> [WebhookDeadLetter] {
        try reach.checkUnbound()
        return try await service.deadLetters(includingReplayed: includingReplayed, limit: limit, of: owner()).map {
            WebhookDeadLetter(delivery: $0.dead.delivery, url: $0.dead.url, isOwn: $0.dead.isOwn, body: $0.body)
        }
    }

    /// Sends dead letters again: for each whether it was one of the caller's.
    public func replayDeadLetters(_ ids: [WebhookDelivery.ID]) async throws(KernelFailure) -> [Bool] {
        try checkMayChange()
        try reach.checkUnbound()
        return try await service.replayDeadLetters(ids, of: owner())
    }

    /// Tells the caller's endpoints that want to hear of it what happened to something else than a message; how many
    /// they are. `data` is JSON, which stands in the payload as the dialect writes it.
    public func announce(_ name: String, data: [UInt8]) throws(KernelFailure) -> Plan<Int> {
        Plan(service.announce(name, data: data, to: try owner()))
    }

    /// A page of an endpoint's deliveries with the bodies that were or would be sent.
    public func deliveries(
        of id: WebhookEndpoint.ID, _ slice: Slice<WebhookDelivery>
    ) async throws(KernelFailure) -> Page<(delivery: WebhookDelivery, body: [UInt8])> {
        try await checkReaches(id)
        return try await service.deliveries(of: id, slice, of: owner()).map { ($0.delivery, $0.body) }
    }

    /// Sends a delivery again.
    public func replay(
        _ delivery: WebhookDelivery.ID, of id: WebhookEndpoint.ID
    ) async throws(KernelFailure) -> Plan<Void> {
        try await checkMayChange(id)
        return Plan(try await service.replay(delivery, of: id, of: owner()))
    }

    /// Sends deliveries again that were given up, oldest first: how many, and how many more there are. With `isDryRun`
    /// nothing is sent.
    public func replayFailed(
        of id: WebhookEndpoint.ID, since: Instant?, name: String?, limit: Int, isDryRun: Bool = false
    ) async throws(KernelFailure) -> Plan<(replayed: Int, remaining: Int)> {
        try await checkMayChange(id)
        let query = FailedWebhooks(endpoint: id, since: since, name: name, limit: limit)
        return Plan(try await service.replayFailed(query, isDryRun: isDryRun, of: owner()))
    }

    private func checkMayChange() throws(KernelFailure) { try reach.checkLive(sharing: .webhooks) }

    private func checkMayChange(_ id: WebhookEndpoint.ID) async throws(KernelFailure) {
        try checkMayChange()
        try await checkReaches(id)
    }

    /// Only a key that is bound to domains pays for it.
    private func checkReaches(_ id: WebhookEndpoint.ID) async throws(KernelFailure) {
        if reach.isBound { _ = try await endpoint(id) }
    }

    func owner() throws(KernelFailure) -> Tenant {
        guard let caller else { throw .credentialMissing }
        return Tenant(account: caller.account, origin: caller.personality)
    }
}

/// What one attempt at a webhook came to.
public struct WebhookAttempt: Sendable, Equatable {
    public let delivery: WebhookDelivery.ID
    public let isDelivered: Bool
    /// nil where nobody answered.
    public let status: Int?
    /// The beginning of the answer, or our own sentence where there was none.
    public let response: UserData?
}

/// A delivery that was given up.
public struct WebhookDeadLetter: Sendable, Equatable {
    public let delivery: WebhookDelivery
    public let url: UserData
    /// It was to go to a URL that a record named, not to an endpoint.
    public let isOwn: Bool
    /// As it was sent.
    public let body: [UInt8]
}

extension Call {
    /// What the dialect keeps beside rows of this kind, by row.
    public func facets(_ kind: Facet.Kind, of rows: [Int64]) async throws(KernelFailure) -> [Int64: [UInt8]] {
        try await services.records.facets(kind, of: rows, origin: services.personality)
    }
}

extension Call {
    /// The webhooks of the caller's account.
    public var webhooks: WebhookDesk { WebhookDesk(services.webhooks, caller: principal, reach: KeyReach(self)) }
}

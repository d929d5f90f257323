public import Base
public import Model
public import Ports

/// What callers do with webhooks, in whatever dialect. Look-ups are keyed by account and personality, so that what
/// belongs to others is as absent as what does not exist. A change is on disk, and works, when its call returns.
///
/// Any thread; calls come back on the caller's executor.
public final class WebhookService: Sendable {
    private let store: any Store
    private let dispatcher: WebhookDispatcher
    private let renderer: WebhookRenderer
    private let secrets: WebhookSecrets
    private let egress: EgressPolicy
    private let time: any TimeSource

    public init(
        store: any Store, dispatcher: WebhookDispatcher, renderer: WebhookRenderer, secrets: WebhookSecrets,
        egress: EgressPolicy, time: any TimeSource
    ) {
        self.store = store
        self.dispatcher = dispatcher
        self.renderer = renderer
        self.secrets = secrets
        self.egress = egress
        self.time = time
    }

    // MARK: Endpoints

    /// An endpoint and its secret, which is shown to nobody again, unless the dialect does. `facet`: what the
    /// personality keeps beside it. `isBound`: it hears of its domains alone, also where there are none.
    public func create(
        url: WebURL, events: [String], domains: [MailDomain.ID] = [], isBound: Bool = false, label: String = "",
        isEnabled: Bool = true, facet: [UInt8]? = nil, for owner: Tenant
    ) async throws(KernelFailure) -> Plan<(endpoint: WebhookEndpoint, secret: String)> {
        let rules = try renderer.dialect(owner.origin).rules
        try check(url)
        let secret = secrets.mint(prefix: rules.secretPrefix, characters: rules.secretCharacters)
        var endpoint = WebhookEndpoint(
            id: WebhookEndpoint.ID(0), account: owner.account, origin: owner.origin, url: UserData(url.text),
            events: events, domains: domains, isBound: isBound, label: label, isEnabled: isEnabled, secrets: [],
            createdAt: time.now)
        endpoint.secrets = [WebhookEndpoint.SealedSecret(bytes: try secrets.seal(secret, of: endpoint))]
        return Plan(beside(.create(endpoint, atMost: rules.endpointsMax), facet, owner), on: store) {
            [endpoint] serial in
            var endpoint = endpoint
            endpoint.id = WebhookEndpoint.ID(serial)
            return (endpoint, secret)
        }
    }

    /// A literal address is judged here, in whatever spelling; a name when it is connected to.
    public func check(_ url: WebURL, field: String = "url") throws(KernelFailure) {
        if let address = IPAddress(host: url.host), !egress.admits(address) {
            throw .invalid(FieldFault(field, .publicAddress, value: UserData(url.text)))
        }
        guard egress.admits(port: url.port) else {
            throw .invalid(FieldFault(field, .publicAddress, value: UserData(url.text)))
        }
    }

    /// Oldest first, as many as an owner may have.
    public func endpoints(of owner: Tenant) async throws(KernelFailure) -> [WebhookEndpoint] {
        try await store.webhooks(of: owner)
    }

    public func endpoint(_ id: WebhookEndpoint.ID, of owner: Tenant) async throws(KernelFailure) -> WebhookEndpoint {
        guard let endpoint = try await store.webhook(id), endpoint.account == owner.account,
            endpoint.origin == owner.origin, !endpoint.isOwn
        else { throw .notFound(.webhook) }
        return endpoint
    }

    /// Changes what is not nil.
    public func edit(
        _ id: WebhookEndpoint.ID, url: WebURL?, events: [String]?, isEnabled: Bool?, domains: [MailDomain.ID]? = nil,
        isBound: Bool? = nil, label: String? = nil, facet: [UInt8]? = nil, of owner: Tenant
    ) async throws(KernelFailure) -> Plan<WebhookEndpoint> {
        let endpoint = try await endpoint(id, of: owner)
        if let url { try check(url) }
        let edit = WebhookEdit(
            url: url.map { UserData($0.text) }, events: events, domains: domains, isBound: isBound, label: label,
            isEnabled: isEnabled)
        let now = time.now
        return Plan(beside(.edit(id, edit, at: now), facet, owner), on: store) { _ in
            edit.applied(to: endpoint, at: now)
        }
    }

    public func delete(_ id: WebhookEndpoint.ID, of owner: Tenant) async throws(KernelFailure) -> Plan<Void> {
        _ = try await endpoint(id, of: owner)
        return Plan(.webhook(.delete(id, at: time.now)), on: store) { _ in }
    }

    /// Mints a new secret. The one before signs beside it for the time of `grace`.
    public func rotateSecret(
        of id: WebhookEndpoint.ID, grace: Duration, of owner: Tenant
    ) async throws(KernelFailure) -> Plan<(endpoint: WebhookEndpoint, secret: String)> {
        let endpoint = try await endpoint(id, of: owner)
        let rules = try renderer.dialect(owner.origin).rules
        let now = time.now
        let secret = secrets.mint(prefix: rules.secretPrefix, characters: rules.secretCharacters)
        var rotated = endpoint
        rotated.secrets = [WebhookEndpoint.SealedSecret(bytes: try secrets.seal(secret, of: endpoint))]
        if grace > .zero, let current = endpoint.secrets.first {
            rotated.secrets.append(WebhookEndpoint.SealedSecret(bytes: current.bytes, expiresAt: now + grace))
        }
        rotated.secretRotatedAt = now
        return Plan(.webhook(.rotate(id, rotated.secrets, at: now)), on: store) { [rotated] _ in (rotated, secret) }
    }

    /// Queues a test event, whatever the endpoint wants to hear of.
    public func test(_ id: WebhookEndpoint.ID, of owner: Tenant) async throws(KernelFailure) -> Plan<Void> {
        _ = try await endpoint(id, of: owner)
        let name = try renderer.dialect(owner.origin).rules.testName
        let announcement = WebhookAnnouncement(name: name, data: Array("{}".utf8), at: time.now)
        return Plan(.webhook(.post(announcement, to: id)), on: store) { _ in }
    }

    /// Tells the owner's endpoints that want to hear of it what happened to something else than a message; how many
    /// they are. `data` is JSON.
    public func announce(_ name: String, data: [UInt8], to owner: Tenant) -> Plan<Int> {
        let announcement = WebhookAnnouncement(name: name, data: data, at: time.now)
        return Plan(.webhook(.announce(announcement, owner)), on: store) { Int($0) }
    }

    /// Makes one attempt at a test event now, and says what came of it: delivered or given up, never to be tried again.
    /// `name`: in place of the dialect's usual one.
    public func attemptTest(
        _ id: WebhookEndpoint.ID, named name: String? = nil, of owner: Tenant
    ) async throws(KernelFailure) -> WebhookSettlement {
        _ = try await endpoint(id, of: owner)
        let usual = try renderer.dialect(owner.origin).rules.testName
        let name = name ?? usual
        let event = WebhookAnnouncement(name: name, data: Array("{}".utf8), at: time.now)
        let delivery = try await store.make(.webhook(.post(event, to: id, isClaimed: true)))
        return try await dispatcher.attempt(WebhookDelivery.ID(delivery), of: id)
    }

    /// The current secret, for dialects that show it again.
    public func secret(of id: WebhookEndpoint.ID, of owner: Tenant) async throws(KernelFailure) -> String {
        guard let secret = try secrets.open(try await endpoint(id, of: owner), at: time.now).first else {
            throw .internalError(incident: "webhook without a secret")
        }
        return secret
    }

    /// What signs deliveries to records' own URLs while the owner has no endpoint.
    public func fallbackSecret(of owner: Tenant) throws(KernelFailure) -> String {
        secrets.fallback(of: owner, prefix: try renderer.dialect(owner.origin).rules.secretPrefix)
    }

    // MARK: Deliveries

    /// A delivery with its body, as it was or would be sent.
    public struct Logged: Sendable {
        public var delivery: WebhookDelivery
        public var body: [UInt8]
    }

    /// A page of an endpoint's deliveries.
    public func deliveries(
        of id: WebhookEndpoint.ID, _ slice: Slice<WebhookDelivery>, of owner: Tenant
    ) async throws(KernelFailure) -> Page<Logged> {
        _ = try await self.endpoint(id, of: owner)
        let dialect = try renderer.dialect(owner.origin)
        let page = try await store.webhookDeliveries(id, slice)
        var logged: [Logged] = []
        logged.reserveCapacity(page.items.count)
        for delivery in page.items {
            let body = try await renderer.body(of: delivery, in: dialect)
            logged.append(Logged(delivery: delivery, body: body ?? Array("{}".utf8)))
        }
        return Page(items: logged, hasMore: page.hasMore, hasPrevious: page.hasPrevious, total: page.total)
    }

    /// Sends a delivery again, under its identity; one that is still being tried goes on as it is.
    public func replay(
        _ delivery: WebhookDelivery.ID, of id: WebhookEndpoint.ID, of owner: Tenant
    ) async throws(KernelFailure) -> Plan<Void> {
        _ = try await endpoint(id, of: owner)
        guard let stored = try await store.webhookDelivery(delivery), stored.delivery.endpoint == id else {
            throw .notFound(.delivery)
        }
        return replay([delivery]).map { _ in }
    }

    /// Sends given-up deliveries again, oldest first: how many, and how many more match. With `isDryRun` nothing is
    /// sent, and the count is of those that would be.
    public func replayFailed(
        _ query: FailedWebhooks, isDryRun: Bool = false, of owner: Tenant
    ) async throws(KernelFailure) -> Plan<(replayed: Int, remaining: Int)> {
        _ = try await endpoint(query.endpoint, of: owner)
        let (found, total) = try await store.failedWebhooks(query)
        let remaining = total - found.count
        if isDryRun { return .nothing(.success((found.count, remaining))) }
        return replay(found).map { (replayed: $0, remaining: remaining) }
    }

    // MARK: Dead letters

    /// A dead letter with its body.
    public struct DeadLetter: Sendable {
        public var dead: DeadWebhook
        public var body: [UInt8]
    }

    /// What was given up, latest first, over all of the owner's endpoints and its records' own URLs.
    public func deadLetters(
        includingReplayed: Bool, limit: Int, of owner: Tenant
    ) async throws(KernelFailure) -> [DeadLetter] {
        let dialect = try renderer.dialect(owner.origin)
        var letters: [DeadLetter] = []
        let found = try await store.deadWebhooks(of: owner, includingReplayed: includingReplayed, limit: limit)
        for dead in found {
            let body = try await renderer.body(of: dead.delivery, in: dialect)
            letters.append(DeadLetter(dead: dead, body: body ?? Array("{}".utf8)))
        }
        return letters
    }

    /// Queues dead letters anew, under the identities that they have: for each whether it was one of the owner's, and
    /// not queued already.
    public func replayDeadLetters(
        _ ids: [WebhookDelivery.ID], of owner: Tenant
    ) async throws(KernelFailure) -> [Bool] {
        var dead: [WebhookDelivery.ID] = []
        for id in ids where try await isDead(id, of: owner) { dead.append(id) }
        guard !dead.isEmpty else { return ids.map { _ in false } }
        let applied = Set(zip(dead, try await replayed(dead)).filter(\.1).map(\.0))
        return ids.map { applied.contains($0) }
    }

    private func isDead(_ id: WebhookDelivery.ID, of owner: Tenant) async throws(KernelFailure) -> Bool {
        guard let delivery = try await store.webhookDelivery(id)?.delivery,
            let endpoint = try await store.webhook(delivery.endpoint)
        else { return false }
        return endpoint.owner == owner && delivery.nextAttemptAt == nil && delivery.deliveredAt == nil
    }

    private func replayed(_ deliveries: [WebhookDelivery.ID]) async throws(KernelFailure) -> [Bool] {
        try await store.makeEach(.webhook(.replay(deliveries, at: time.now)))
    }

    /// `facet`: what is kept beside the endpoint that the change makes or changes, with it.
    private func beside(_ change: WebhookChange, _ facet: [UInt8]?, _ owner: Tenant) -> Change {
        guard let facet else { return .webhook(change) }
        return .facet(.beside(.webhook(change), .webhook, owner.origin, facet))
    }

    private func replay(_ deliveries: [WebhookDelivery.ID]) -> Plan<Int> {
        Plan([.webhook(.replay(deliveries, at: time.now))], on: store) { outcomes in
            Result { () throws(KernelFailure) in
                try (outcomes.first ?? .refused(ChangeOutcome.foreign)).applied().count { $0 }
            }
        }
    }
}

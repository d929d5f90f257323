package import Base
package import Model
package import Ports

/// What callers do with webhooks, in whatever dialect. Look-ups are keyed by account and personality, so that what
/// belongs to others is as absent as what does not exist. A change is on disk, and works, when its call returns.
///
/// Any thread; calls come back on the caller's executor.
package final class WebhookService: Sendable {
    private let store: any Store
    private let renderer: WebhookRenderer
    private let secrets: WebhookSecrets
    private let egress: EgressPolicy
    private let time: any TimeSource

    package init(
        store: any Store, renderer: WebhookRenderer, secrets: WebhookSecrets, egress: EgressPolicy,
        time: any TimeSource
    ) {
        self.store = store
        self.renderer = renderer
        self.secrets = secrets
        self.egress = egress
        self.time = time
    }

    // MARK: Endpoints

    /// Makes an endpoint; its secret is shown to nobody again, unless the dialect does.
    package func create(
        url: WebURL, events: [String], domains: [MailDomain.ID] = [], for owner: Tenant
    ) async throws(KernelFailure) -> (endpoint: WebhookEndpoint, secret: String) {
        let rules = try renderer.dialect(owner.origin).rules
        try check(url)
        let secret = secrets.mint(prefix: rules.secretPrefix, characters: rules.secretCharacters)
        var endpoint = WebhookEndpoint(
            id: WebhookEndpoint.ID(0), account: owner.account, origin: owner.origin, url: UserData(url.text),
            events: events, domains: domains, secrets: [], createdAt: time.now)
        endpoint.secrets = [WebhookEndpoint.SealedSecret(bytes: try secrets.seal(secret, of: endpoint))]
        endpoint.id = WebhookEndpoint.ID(
            try await store.make(.webhook(.create(endpoint, atMost: rules.endpointsMax))))
        return (endpoint, secret)
    }

    /// An endpoint that is ready to be kept, with all but its number, what keeps it, and its secret; for who makes it
    /// part of a unit of work of their own. `draft` has what the caller chose.
    package func prepare(
        _ draft: WebhookDraft, for owner: Tenant
    ) throws(KernelFailure) -> (endpoint: WebhookEndpoint, change: Change, secret: String) {
        let rules = try renderer.dialect(owner.origin).rules
        try check(draft.url)
        let secret = secrets.mint(prefix: rules.secretPrefix, characters: rules.secretCharacters)
        var endpoint = WebhookEndpoint(
            id: WebhookEndpoint.ID(0), account: owner.account, origin: owner.origin, url: UserData(draft.url.text),
            events: draft.events, domains: draft.domains ?? [], isBound: draft.domains != nil, label: draft.label,
            isEnabled: draft.isEnabled, secrets: [], createdAt: time.now)
        endpoint.secrets = [WebhookEndpoint.SealedSecret(bytes: try secrets.seal(secret, of: endpoint))]
        return (endpoint, .webhook(.create(endpoint, atMost: rules.endpointsMax)), secret)
    }

    /// Changes what an edit names.
    package func edit(
        _ id: WebhookEndpoint.ID, _ edit: WebhookEdit, url: WebURL?, of owner: Tenant
    ) async throws(KernelFailure) -> WebhookEndpoint {
        _ = try await endpoint(id, of: owner)
        if let url { try check(url) }
        var edit = edit
        edit.url = url.map { UserData($0.text) }
        try await store.make(.webhook(.edit(id, edit, at: time.now)))
        return try await endpoint(id, of: owner)
    }

    /// A literal address is judged here, in whatever spelling; a name when it is connected to.
    private func check(_ url: WebURL) throws(KernelFailure) {
        if let address = IPAddress(host: url.host), !egress.admits(address) {
            throw .invalid(FieldFault("url", .publicAddress, value: UserData(url.text)))
        }
        guard egress.admits(port: url.port) else {
            throw .invalid(FieldFault("url", .publicAddress, value: UserData(url.text)))
        }
    }

    package func endpoints(of owner: Tenant) async throws(KernelFailure) -> [WebhookEndpoint] {
        try await store.webhooks(of: owner)
    }

    package func endpoint(_ id: WebhookEndpoint.ID, of owner: Tenant) async throws(KernelFailure) -> WebhookEndpoint {
        guard let endpoint = try await store.webhook(id), endpoint.account == owner.account,
            endpoint.origin == owner.origin
        else { throw .notFound(.webhook) }
        return endpoint
    }

    package func edit(
        _ id: WebhookEndpoint.ID, url: WebURL?, events: [String]?, isEnabled: Bool?, of owner: Tenant
    ) async throws(KernelFailure) -> WebhookEndpoint {
        _ = try await endpoint(id, of: owner)
        if let url { try check(url) }
        let edit = WebhookEdit(url: url.map { UserData($0.text) }, events: events, isEnabled: isEnabled)
        try await store.make(.webhook(.edit(id, edit, at: time.now)))
        return try await endpoint(id, of: owner)
    }

    package func delete(_ id: WebhookEndpoint.ID, of owner: Tenant) async throws(KernelFailure) {
        _ = try await endpoint(id, of: owner)
        try await store.make(.webhook(.delete(id, at: time.now)))
    }

    /// Mints a new secret. The one before signs beside it for the time of `grace`.
    package func rotateSecret(
        of id: WebhookEndpoint.ID, grace: Duration, of owner: Tenant
    ) async throws(KernelFailure) -> (endpoint: WebhookEndpoint, secret: String) {
        let endpoint = try await self.endpoint(id, of: owner)
        let rules = try renderer.dialect(owner.origin).rules
        let now = time.now
        let secret = secrets.mint(prefix: rules.secretPrefix, characters: rules.secretCharacters)
        var sealed = [WebhookEndpoint.SealedSecret(bytes: try secrets.seal(secret, of: endpoint))]
        if grace > .zero, let current = endpoint.secrets.first {
            sealed.append(WebhookEndpoint.SealedSecret(bytes: current.bytes, expiresAt: now + grace))
        }
        try await store.make(.webhook(.rotate(id, sealed, at: now)))
        return (try await self.endpoint(id, of: owner), secret)
    }

    /// Queues a test event, whatever the endpoint wants to hear of.
    package func test(_ id: WebhookEndpoint.ID, of owner: Tenant) async throws(KernelFailure) {
        _ = try await endpoint(id, of: owner)
        let name = try renderer.dialect(owner.origin).rules.testName
        try await store.make(
            .webhook(.post(WebhookAnnouncement(name: name, data: Array("{}".utf8), at: time.now), to: id)))
    }

    // MARK: Deliveries

    /// A delivery with its body, as it was or would be sent.
    package struct Logged: Sendable {
        package var delivery: WebhookDelivery
        package var body: [UInt8]
    }

    /// A page of an endpoint's deliveries, latest first, and how many there are in all.
    package func deliveries(
        of id: WebhookEndpoint.ID, offset: Int, limit: Int, of owner: Tenant
    ) async throws(KernelFailure) -> (deliveries: [Logged], total: Int) {
        let endpoint = try await self.endpoint(id, of: owner)
        let dialect = try renderer.dialect(owner.origin)
        var logged: [Logged] = []
        for delivery in try await store.webhookDeliveries(id, offset: offset, limit: limit) {
            let body = try await renderer.body(of: delivery, in: dialect)
            logged.append(Logged(delivery: delivery, body: body ?? Array("{}".utf8)))
        }
        return (logged, endpoint.health.deliveries)
    }

    /// Sends a delivery again, under its identity; one that is still being tried goes on as it is.
    package func replay(
        _ delivery: WebhookDelivery.ID, of id: WebhookEndpoint.ID, of owner: Tenant
    ) async throws(KernelFailure) {
        _ = try await endpoint(id, of: owner)
        guard let stored = try await store.webhookDelivery(delivery), stored.delivery.endpoint == id else {
            throw .notFound(.delivery)
        }
        _ = try await replay([delivery])
    }

    /// Sends given-up deliveries again, oldest first: how many, and how many more match. With `isDryRun` nothing is
    /// sent, and the count is of those that would be.
    package func replayFailed(
        _ query: FailedWebhooks, isDryRun: Bool = false, of owner: Tenant
    ) async throws(KernelFailure) -> (replayed: Int, remaining: Int) {
        _ = try await endpoint(query.endpoint, of: owner)
        let (found, total) = try await store.failedWebhooks(query)
        let replayed = isDryRun ? found.count : try await replay(found)
        return (replayed, total - found.count)
    }

    private func replay(_ deliveries: [WebhookDelivery.ID]) async throws(KernelFailure) -> Int {
        try await store.makeEach(.webhook(.replay(deliveries, at: time.now))).count { $0 }
    }
}

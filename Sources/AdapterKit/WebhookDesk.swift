public import Base
package import Kernel
public import Model
import Ports

/// What a dialect does with webhooks for its caller. Everything is seen through the caller's account and personality:
/// what is somebody else's is not there.
///
/// Comes back on the shard. What it reports as changed is on disk and at work.
public struct WebhookDesk: Sendable {
    let service: WebhookService
    private let caller: Principal?

    package init(_ service: WebhookService, caller: Principal?) {
        self.service = service
        self.caller = caller
    }

    /// Makes an endpoint; the secret is to be shown now. `publicAddress` faults are those of the field `url`.
    public func create(
        url: WebURL, events: [String]
    ) async throws(KernelFailure) -> (endpoint: WebhookEndpoint, secret: String) {
        try await service.create(url: url, events: events, for: owner())
    }

    /// The caller's endpoints, oldest first.
    public func endpoints() async throws(KernelFailure) -> [WebhookEndpoint] {
        try await service.endpoints(of: owner())
    }

    public func endpoint(_ id: WebhookEndpoint.ID) async throws(KernelFailure) -> WebhookEndpoint {
        try await service.endpoint(id, of: owner())
    }

    /// Changes what is not nil. To enable an endpoint also forgets its failures.
    public func edit(
        _ id: WebhookEndpoint.ID, url: WebURL?, events: [String]?, isEnabled: Bool?
    ) async throws(KernelFailure) -> WebhookEndpoint {
        try await service.edit(id, url: url, events: events, isEnabled: isEnabled, of: owner())
    }

    public func delete(_ id: WebhookEndpoint.ID) async throws(KernelFailure) {
        try await service.delete(id, of: owner())
    }

    /// Gives an endpoint a new secret; the old one signs beside it for the time of `grace`.
    public func rotateSecret(
        of id: WebhookEndpoint.ID, grace: Duration
    ) async throws(KernelFailure) -> (endpoint: WebhookEndpoint, secret: String) {
        try await service.rotateSecret(of: id, grace: grace, of: owner())
    }

    /// Queues a test event.
    public func test(_ id: WebhookEndpoint.ID) async throws(KernelFailure) { try await service.test(id, of: owner()) }

    /// A page of an endpoint's deliveries with the bodies that were or would be sent, latest first, and how many there
    /// are in all.
    public func deliveries(
        of id: WebhookEndpoint.ID, offset: Int, limit: Int
    ) async throws(KernelFailure) -> (deliveries: [(delivery: WebhookDelivery, body: [UInt8])], total: Int) {
        let page = try await service.deliveries(of: id, offset: offset, limit: limit, of: owner())
        return (page.deliveries.map { ($0.delivery, $0.body) }, page.total)
    }

    /// Sends a delivery again.
    public func replay(
        _ delivery: WebhookDelivery.ID, of id: WebhookEndpoint.ID
    ) async throws(KernelFailure) {
        try await service.replay(delivery, of: id, of: owner())
    }

    /// Sends deliveries again that were given up, oldest first: how many, and how many more there are. With `isDryRun`
    /// nothing is sent.
    public func replayFailed(
        of id: WebhookEndpoint.ID, since: Instant?, name: String?, limit: Int, isDryRun: Bool = false
    ) async throws(KernelFailure) -> (replayed: Int, remaining: Int) {
        let query = FailedWebhooks(endpoint: id, since: since, name: name, limit: limit)
        return try await service.replayFailed(query, isDryRun: isDryRun, of: owner())
    }

    func owner() throws(KernelFailure) -> Tenant {
        guard let caller else { throw .credentialMissing }
        return Tenant(account: caller.account, origin: caller.personality)
    }
}

extension Call {
    /// The webhooks of the caller's account.
    public var webhooks: WebhookDesk { WebhookDesk(services.webhooks, caller: caller) }
}

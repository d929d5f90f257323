public import Base
package import Kernel
public import Model
import Ports

/// What a dialect does with webhooks for its caller. Everything is seen through the caller's account and personality:
/// what is somebody else's is not there.
///
/// Comes back on the shard. What a plan changes is on disk and at work once it was carried out.
public struct WebhookDesk: Sendable {
    private let service: WebhookService
    private let caller: Principal?

    package init(_ service: WebhookService, caller: Principal?) {
        self.service = service
        self.caller = caller
    }

    /// Makes an endpoint; the secret is to be shown now. `publicAddress` faults are those of the field `url`.
    /// `domains`: only events of messages from these; empty: of all.
    public func create(
        url: WebURL, events: [String], domains: [MailDomain.ID] = []
    ) async throws(KernelFailure) -> Plan<(endpoint: WebhookEndpoint, secret: String)> {
        Plan(try await service.create(url: url, events: events, domains: domains, for: owner()))
    }

    /// A page of the caller's endpoints, latest first as all lists, of those that `isVisible` lets be seen.
    public func list(
        _ slice: Slice<WebhookEndpoint> = .all, where isVisible: (WebhookEndpoint) -> Bool = { _ in true }
    ) async throws(KernelFailure) -> Page<WebhookEndpoint> {
        slice.page(of: try await service.endpoints(of: owner()).filter(isVisible).reversed(), by: \.id)
    }

    public func endpoint(_ id: WebhookEndpoint.ID) async throws(KernelFailure) -> WebhookEndpoint {
        try await service.endpoint(id, of: owner())
    }

    /// Changes what is not nil. To enable an endpoint also forgets its failures.
    public func edit(
        _ id: WebhookEndpoint.ID, url: WebURL?, events: [String]?, isEnabled: Bool?
    ) async throws(KernelFailure) -> Plan<WebhookEndpoint> {
        Plan(try await service.edit(id, url: url, events: events, isEnabled: isEnabled, of: owner()))
    }

    public func delete(_ id: WebhookEndpoint.ID) async throws(KernelFailure) -> Plan<Void> {
        Plan(try await service.delete(id, of: owner()))
    }

    /// Gives an endpoint a new secret; the old one signs beside it for the time of `grace`.
    public func rotateSecret(
        of id: WebhookEndpoint.ID, grace: Duration
    ) async throws(KernelFailure) -> Plan<(endpoint: WebhookEndpoint, secret: String)> {
        Plan(try await service.rotateSecret(of: id, grace: grace, of: owner()))
    }

    /// Queues a test event.
    public func test(_ id: WebhookEndpoint.ID) async throws(KernelFailure) -> Plan<Void> {
        Plan(try await service.test(id, of: owner()))
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
        try await service.deliveries(of: id, slice, of: owner()).map { ($0.delivery, $0.body) }
    }

    /// Sends a delivery again.
    public func replay(
        _ delivery: WebhookDelivery.ID, of id: WebhookEndpoint.ID
    ) async throws(KernelFailure) -> Plan<Void> {
        Plan(try await service.replay(delivery, of: id, of: owner()))
    }

    /// Sends deliveries again that were given up, oldest first: how many, and how many more there are. With `isDryRun`
    /// nothing is sent.
    public func replayFailed(
        of id: WebhookEndpoint.ID, since: Instant?, name: String?, limit: Int, isDryRun: Bool = false
    ) async throws(KernelFailure) -> Plan<(replayed: Int, remaining: Int)> {
        let query = FailedWebhooks(endpoint: id, since: since, name: name, limit: limit)
        return Plan(try await service.replayFailed(query, isDryRun: isDryRun, of: owner()))
    }

    private func owner() throws(KernelFailure) -> Tenant {
        guard let caller else { throw .credentialMissing }
        return Tenant(account: caller.account, origin: caller.personality)
    }
}

extension Call {
    /// The webhooks of the caller's account.
    public var webhooks: WebhookDesk { WebhookDesk(services.webhooks, caller: principal) }
}

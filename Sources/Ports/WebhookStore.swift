public import Base
public import Model

/// The part of the `Store` port that webhooks need; its contract is the `Store`'s.
///
/// **Fan-out.** With every event of a message, in its transaction, the store queues a delivery for each endpoint of the
/// message's account and origin that wants it, one for each of the dialect's names: so an event and its webhooks are on
/// disk together or not at all. An engine is given the dialects' rules when it is opened.
public protocol WebhookStore: Sendable {
    /// The endpoints of an owner in the order of their making, or all of them; without those of single records.
    func webhooks(of owner: Tenant?) async throws(KernelFailure) -> [WebhookEndpoint]

    /// nil where there is none, or none any more.
    func webhook(_ id: WebhookEndpoint.ID) async throws(KernelFailure) -> WebhookEndpoint?

    /// A delivery with the policy that it was queued under.
    func webhookDelivery(_ id: WebhookDelivery.ID) async throws(KernelFailure) -> StoredWebhookDelivery?

    /// A page of an endpoint's deliveries.
    func webhookDeliveries(
        _ endpoint: WebhookEndpoint.ID, _ slice: Slice<WebhookDelivery>
    ) async throws(KernelFailure) -> Page<WebhookDelivery>

    /// Deliveries that were given up, oldest first, and how many match in all.
    func failedWebhooks(
        _ query: FailedWebhooks
    ) async throws(KernelFailure) -> (deliveries: [WebhookDelivery.ID], total: Int)

    /// An owner's deliveries that were given up, latest first, those to single records' URLs among them; where said,
    /// also those that were queued anew since. Of endpoints that are gone there are none.
    func deadWebhooks(
        of owner: Tenant, includingReplayed: Bool, limit: Int
    ) async throws(KernelFailure) -> [DeadWebhook]

    /// Every delivery that is not finished, those of one endpoint in the order of their making.
    func pendingWebhooks() async throws(KernelFailure) -> [PendingWebhook]
}

/// Which of an endpoint's given-up deliveries.
public struct FailedWebhooks: Sendable {
    public var endpoint: WebhookEndpoint.ID
    /// Queued at this time or later.
    public var since: Instant?
    public var name: String?
    public var limit: Int

    public init(endpoint: WebhookEndpoint.ID, since: Instant? = nil, name: String? = nil, limit: Int) {
        self.endpoint = endpoint
        self.since = since
        self.name = name
        self.limit = limit
    }
}

/// A delivery that was given up, with where it was to go.
public struct DeadWebhook: Sendable, Equatable {
    public var delivery: WebhookDelivery
    public var url: UserData
    /// The endpoint is a single record's URL.
    public var isOwn: Bool

    public init(delivery: WebhookDelivery, url: UserData, isOwn: Bool) {
        self.delivery = delivery
        self.url = url
        self.isOwn = isOwn
    }
}

public struct StoredWebhookDelivery: Sendable, Equatable {
    public var delivery: WebhookDelivery
    public var policy: AttemptPolicy

    public init(delivery: WebhookDelivery, policy: AttemptPolicy) {
        self.delivery = delivery
        self.policy = policy
    }
}

/// An unfinished delivery, as small as the queue in memory needs it.
public struct PendingWebhook: Sendable, Equatable {
    public var id: WebhookDelivery.ID
    public var endpoint: WebhookEndpoint.ID
    public var due: Instant
    public var attempts: Int

    public init(id: WebhookDelivery.ID, endpoint: WebhookEndpoint.ID, due: Instant, attempts: Int) {
        self.id = id
        self.endpoint = endpoint
        self.due = due
        self.attempts = attempts
    }
}

/// Hears of webhook deliveries once they are on disk, as `DeliveryObserver` does of mail.
public protocol WebhookObserver: Sendable {
    func queued(_ webhooks: [PendingWebhook])
}

/// One atomic change of what webhooks keep.
public enum WebhookChange: Sendable {
    /// The serial is the endpoint's; `planLimitReached` where its tenant has that many already.
    case create(WebhookEndpoint, atMost: Int = .max)
    /// `notFound(.webhook)` where there is none.
    case edit(WebhookEndpoint.ID, WebhookEdit, at: Instant)
    /// Puts the secrets in the place of those that were.
    case rotate(WebhookEndpoint.ID, [WebhookEndpoint.SealedSecret], at: Instant)
    /// What waits for it is dropped.
    case delete(WebhookEndpoint.ID, at: Instant)
    /// Queues one delivery for one endpoint, whatever it wants to hear of. The serial is the delivery's. `isClaimed`:
    /// whoever posts it attempts it, and the observer does not hear of it; after a crash it is due like any other.
    case post(WebhookAnnouncement, to: WebhookEndpoint.ID, isClaimed: Bool = false)
    /// Queues a delivery for every endpoint of the owner that wants it: what happens to others than messages. The
    /// serial is how many there are.
    case announce(WebhookAnnouncement, Tenant)
    /// The outcomes of attempts; each applies only if its delivery is unfinished.
    case settle([WebhookSettlement])
    /// Queues finished deliveries anew, under the identities that they have; each applies only if it is finished.
    case replay([WebhookDelivery.ID], at: Instant)
}

/// What a caller changes about an endpoint; nil leaves it.
public struct WebhookEdit: Sendable, Equatable {
    public var url: UserData?
    public var events: [String]?
    public var domains: [MailDomain.ID]?
    public var isBound: Bool?
    public var label: String?
    /// True also forgets the failures.
    public var isEnabled: Bool?

    public init(
        url: UserData? = nil, events: [String]? = nil, domains: [MailDomain.ID]? = nil, isBound: Bool? = nil,
        label: String? = nil, isEnabled: Bool? = nil
    ) {
        self.url = url
        self.events = events
        self.domains = domains
        self.isBound = isBound
        self.label = label
        self.isEnabled = isEnabled
    }

    /// The endpoint as the store changes it.
    public func applied(to endpoint: WebhookEndpoint, at now: Instant) -> WebhookEndpoint {
        var endpoint = endpoint
        endpoint.url = url ?? endpoint.url
        endpoint.events = events ?? endpoint.events
        endpoint.domains = domains ?? endpoint.domains
        endpoint.isBound = isBound ?? endpoint.isBound
        endpoint.label = label ?? endpoint.label
        endpoint.changedAt = now
        if isEnabled == true {
            endpoint.disabledAt = nil
            endpoint.disabledReason = nil
            endpoint.health.consecutiveFailures = 0
        } else if isEnabled == false, endpoint.isEnabled {
            endpoint.disabledAt = now
        }
        endpoint.isEnabled = isEnabled ?? endpoint.isEnabled
        return endpoint
    }
}

public struct WebhookAnnouncement: Sendable, Equatable {
    public var name: String
    /// JSON.
    public var data: [UInt8]
    public var at: Instant

    public init(name: String, data: [UInt8], at: Instant) {
        self.name = name
        self.data = data
        self.at = at
    }
}

/// The recorded end of one attempt at a webhook.
public struct WebhookSettlement: Sendable, Equatable {
    public enum Verdict: Sendable, Equatable {
        case delivered
        case again(due: Instant)
        case givenUp
    }

    public var id: WebhookDelivery.ID
    public var endpoint: WebhookEndpoint.ID
    /// What it tells of, for the log; no engine needs it.
    public var message: Message.ID?
    public var at: Instant
    public var verdict: Verdict
    /// Attempts made, this one included.
    public var attempts: Int
    public var status: Int?
    public var response: UserData?

    public init(
        id: WebhookDelivery.ID, endpoint: WebhookEndpoint.ID, message: Message.ID? = nil, at: Instant,
        verdict: Verdict, attempts: Int, status: Int?, response: UserData?
    ) {
        self.id = id
        self.endpoint = endpoint
        self.message = message
        self.at = at
        self.verdict = verdict
        self.attempts = attempts
        self.status = status
        self.response = response
    }
}

public import Model
public import Ports

/// A personality's webhooks as the kernel uses them: its rules, and how it writes a payload.
public struct WebhookDialect: Sendable {
    public var rules: WebhookRules
    /// The body of a delivery; the same bytes for the same occasion, whenever it is asked.
    public var payload: @Sendable (WebhookOccasion) -> [UInt8]
    /// What the receiver tells deliveries apart by.
    public var identity: @Sendable (WebhookDelivery) -> String

    public init(
        rules: WebhookRules, payload: @escaping @Sendable (WebhookOccasion) -> [UInt8],
        identity: @escaping @Sendable (WebhookDelivery) -> String
    ) {
        self.rules = rules
        self.payload = payload
        self.identity = identity
    }
}

/// Writes deliveries' bodies. Nothing is stored twice: a body is made of the message and the event when it is needed,
/// and comes out the same each time.
public struct WebhookRenderer: Sendable {
    private let store: any Store
    private let dialects: [PersonalityID: WebhookDialect]

    public init(store: any Store, dialects: [PersonalityID: WebhookDialect]) {
        self.store = store
        self.dialects = dialects
    }

    public func dialect(_ origin: PersonalityID) throws(KernelFailure) -> WebhookDialect {
        guard let dialect = dialects[origin] else { throw .internalError(incident: "webhook without a dialect") }
        return dialect
    }

    /// The body; nil where its message is gone.
    public func body(of delivery: WebhookDelivery, in dialect: WebhookDialect) async throws(KernelFailure) -> [UInt8]? {
        guard let id = delivery.message else { return dialect.payload(WebhookOccasion(delivery: delivery)) }
        guard let message = try await store.message(id, content: false),
            let event = message.events.first(where: { $0.id == delivery.event })
        else { return nil }
        return dialect.payload(WebhookOccasion(delivery: delivery, event: event, message: message))
    }
}

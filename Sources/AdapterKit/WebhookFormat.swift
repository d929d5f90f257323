package import Kernel
public import Model

/// A dialect's webhooks: its rules, as data, and how it writes a payload.
public struct WebhookFormat: Sendable {
    public let rules: WebhookRules
    /// The body of a delivery. Pure: the same bytes for the same occasion, as deliveries are written anew for each
    /// attempt and for the log.
    public let payload: @Sendable (WebhookOccasion, PublicIDs) -> [UInt8]
    /// What a receiver tells deliveries apart by; the same over attempts and replays.
    public let identity: @Sendable (WebhookDelivery, PublicIDs) -> String

    public init(
        rules: WebhookRules, payload: @escaping @Sendable (WebhookOccasion, PublicIDs) -> [UInt8],
        identity: @escaping @Sendable (WebhookDelivery, PublicIDs) -> String
    ) {
        self.rules = rules
        self.payload = payload
        self.identity = identity
    }

    /// As the kernel uses it.
    package func dialect(_ ids: PublicIDs) -> WebhookDialect {
        WebhookDialect(rules: rules, payload: { payload($0, ids) }, identity: { identity($0, ids) })
    }
}

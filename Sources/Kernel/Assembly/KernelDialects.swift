public import Model

/// What the kernel keeps of the personalities, by their names: what is the same for all of a dialect's callers.
public struct KernelDialects: Sendable {
    public var selectors: [PersonalityID: DKIMSelectors]
    public var planners: [PersonalityID: RecordPlanner]
    public var webhooks: [PersonalityID: WebhookDialect]
    public var relays: [PersonalityID: RelayRules]
    /// What becomes of records that are due, by collection.
    public var timers: [PersonalityID: [String: RecordTimers.Rule]]
    public var conventions: [PersonalityID: MailConvention]

    public init(
        selectors: [PersonalityID: DKIMSelectors] = [:], planners: [PersonalityID: RecordPlanner] = [:],
        webhooks: [PersonalityID: WebhookDialect] = [:], relays: [PersonalityID: RelayRules] = [:],
        timers: [PersonalityID: [String: RecordTimers.Rule]] = [:],
        conventions: [PersonalityID: MailConvention] = [:]
    ) {
        self.selectors = selectors
        self.planners = planners
        self.webhooks = webhooks
        self.relays = relays
        self.timers = timers
        self.conventions = conventions
    }

    /// How those identify the parts of their messages who do.
    var identities: [PersonalityID: MessageIdentities] { conventions.compactMapValues(\.identities) }
}

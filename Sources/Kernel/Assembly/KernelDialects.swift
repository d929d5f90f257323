package import Model

/// What the kernel keeps of the personalities, by their names: what is the same for all of a dialect's callers.
package struct KernelDialects: Sendable {
    package var selectors: [PersonalityID: DKIMSelectors]
    package var planners: [PersonalityID: RecordPlanner]
    package var webhooks: [PersonalityID: WebhookDialect]
    package var relays: [PersonalityID: RelayRules]
    /// What becomes of records that are due, by collection.
    package var timers: [PersonalityID: [String: RecordTimers.Rule]]
    package var conventions: [PersonalityID: MailConvention]

    package init(
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

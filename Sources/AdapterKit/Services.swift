package import Kernel
import Model

/// What the handlers of one personality are given of the kernel, besides mail: one object for all of its calls.
package final class Services: Sendable {
    let personality: PersonalityID
    let credentials: CredentialForm
    let scopes: ScopeVocabulary
    let directory: Directory
    let administration: Administration
    let suppressions: SuppressionService
    let suppressionPolicy: SuppressionPolicy
    let domains: DomainService
    let webhooks: WebhookService
    let relays: RelayService
    /// By name; what is missing stands as it is declared.
    let options: [String: OptionValue]

    package init(
        _ personality: any Personality, directory: Directory, administration: Administration,
        suppressions: SuppressionService, domains: DomainService, webhooks: WebhookService, relays: RelayService,
        options: [String: OptionValue]
    ) {
        self.personality = personality.id
        credentials = personality.credentials
        scopes = personality.scopes
        self.directory = directory
        self.administration = administration
        self.suppressions = suppressions
        suppressionPolicy = personality.suppressionPolicy
        self.domains = domains
        self.webhooks = webhooks
        self.relays = relays
        self.options = options
    }
}

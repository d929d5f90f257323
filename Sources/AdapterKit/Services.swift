package import Base
package import Kernel
package import Mailing
package import Model
package import Ports

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
    let quotas: QuotaDesk
    let templates: TemplateService
    let templateDialect: TemplateDialect?
    let sharedWithTests: Set<SharedWithTests>
    let timeZones: any TimeZoneTable
    let records: RecordService
    let secretBox: SecretBox
    let people: PeopleService
    let random: AnyRandom
    /// By name; what is missing stands as it is declared.
    let options: [String: OptionValue]

    package init(
        _ personality: any Personality, directory: Directory, administration: Administration,
        suppressions: SuppressionService, domains: DomainService, webhooks: WebhookService, relays: RelayService,
        quotas: QuotaDesk, templates: TemplateService, timeZones: any TimeZoneTable, records: RecordService,
        secretBox: SecretBox, people: PeopleService, random: any RandomSource, options: [String: OptionValue]
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
        self.quotas = quotas
        self.templates = templates
        templateDialect = personality.templates
        sharedWithTests = personality.sharedWithTests
        self.timeZones = timeZones
        self.records = records
        self.secretBox = secretBox
        self.people = people
        self.random = AnyRandom(random)
        self.options = options
    }

    /// Throws where a session has ended before its time.
    package func confirm(_ session: WebSession) async throws(KernelFailure) {
        try await people.confirm(session, of: personality)
    }
}

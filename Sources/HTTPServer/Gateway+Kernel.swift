package import AdapterKit
package import Base
package import Kernel
package import Mailing
package import Ports

extension Gateway.Environment {
    /// Over the kernel's services; the rest is the listener's and the operator's.
    package init(
        _ kernel: KernelServices, templates: TemplateService, timeZones: any TimeZoneTable, limiter: RateLimiter,
        ids: PublicIDs, clients: ClientAddress, time: any TimeSource,
        random: any RandomSource, options: [String: OptionValue], refusals: RefusalDelay = RefusalDelay(),
        faults: FaultTable?, log: Log
    ) {
        self.init(
            directory: kernel.directory, limiter: limiter, mail: kernel.mail, domains: kernel.domains, ids: ids,
            clients: clients, time: time, random: random, administration: kernel.administration,
            suppressions: kernel.suppressions, webhooks: kernel.webhooks.service, relays: kernel.relays.service,
            quotas: kernel.quotas, templates: templates, timeZones: timeZones,
            records: kernel.records.service, secretBox: SecretBox(kernel.records.sealing, random: random),
            people: kernel.people,
            idempotency: kernel.idempotency, options: options, uses: kernel.keyUses, refusals: refusals,
            faults: faults, log: log)
    }
}

package import AdapterKit
package import Base
package import Kernel

extension Gateway.Environment {
    /// Over the kernel's services; the rest is the listener's and the operator's.
    package init(
        _ kernel: KernelServices, limiter: RateLimiter, ids: PublicIDs, clients: ClientAddress, time: any TimeSource,
        random: any RandomSource, options: [String: OptionValue], refusals: RefusalDelay = RefusalDelay(),
        faults: FaultTable?, log: Log
    ) {
        self.init(
            directory: kernel.directory, limiter: limiter, mail: kernel.mail, domains: kernel.domains, ids: ids,
            clients: clients, time: time, random: random, administration: kernel.administration,
            suppressions: kernel.suppressions, webhooks: kernel.webhooks.service, relays: kernel.relays.service,
            idempotency: kernel.idempotency, options: options, uses: kernel.keyUses, refusals: refusals,
            faults: faults, log: log)
    }
}

import AdapterKit
import Base
import Crypto
import Kernel
import Model
import Storage

/// The kernel's webhooks on the way out for HTTP.
final class WebhookRuntime: Sendable {
    let dispatcher: WebhookDispatcher
    let service: WebhookService

    init(
        _ configuration: Configuration, _ outbound: OutboundHTTP, store: SQLiteStore, sealing: SealingKey,
        idKey: [UInt8], time: any TimeSource, random: any RandomSource, log: Log
    ) {
        let secrets = WebhookSecrets(sealing: sealing, random: random)
        let renderer = WebhookRenderer(store: store, dialects: Self.dialects(configuration, idKey: idKey))
        dispatcher = WebhookDispatcher(
            loop: outbound.loop, store: store, transport: outbound.transport, renderer: renderer, secrets: secrets,
            time: time,
            random: random, log: log)
        service = WebhookService(
            store: store, dispatcher: dispatcher, renderer: renderer, secrets: secrets, egress: outbound.egress,
            time: time)
        store.observe(webhooks: dispatcher)
    }

    /// Takes over what an earlier process left unfinished. `delivers` false leaves it alone.
    func resume(_ store: SQLiteStore, delivers: Bool) async throws(KernelFailure) {
        if !delivers { await dispatcher.hold() }
        for endpoint in try await store.webhooks(of: nil) { await dispatcher.put(endpoint) }
        await dispatcher.insert(try await store.pendingWebhooks())
    }

    /// What the personalities say of webhooks, with the operator's own schedule if there is one.
    static func rules(_ configuration: Configuration) -> [PersonalityID: WebhookRules] {
        var all: [PersonalityID: WebhookRules] = [:]
        for personality in Adapters.all {
            guard var rules = personality.webhooks?.rules else { continue }
            if let waits = configuration.webhooks.retries {
                rules.policy.retries.delays = .listed(waits)
                rules.policy.retries.attempts = waits.count + 1
            }
            rules.policy.timeout = configuration.webhooks.timeout ?? rules.policy.timeout
            all[personality.id] = rules
        }
        return all
    }

    private static func dialects(
        _ configuration: Configuration, idKey: [UInt8]
    ) -> [PersonalityID: WebhookDialect] {
        var dialects: [PersonalityID: WebhookDialect] = [:]
        let rules = rules(configuration)
        for personality in Adapters.all {
            dialects[personality.id] = personality.webhooks?.dialect(PublicIDs(key: idKey, of: personality))
            if let rules = rules[personality.id] { dialects[personality.id]?.rules = rules }
        }
        return dialects
    }
}

import AdapterKit
import Base
import Crypto
import HTTPDelivery
import Kernel
import Model
import Posix
import Storage

/// The kernel's webhooks with their way out, on a loop of their own.
final class WebhookRuntime: Sendable {
    let dispatcher: WebhookDispatcher
    let service: WebhookService
    private let loop: EventLoop
    private let thread: Thread

    init(
        _ configuration: Configuration, store: SQLiteStore, sealing: SealingKey, idKey: [UInt8],
        time: any TimeSource, random: any RandomSource, log: Log
    ) throws {
        let egress = EgressPolicy(allow: configuration.egress.allow, ports: configuration.egress.ports)
        let secrets = WebhookSecrets(sealing: sealing, random: random)
        let renderer = WebhookRenderer(store: store, dialects: Self.dialects(configuration, idKey: idKey))
        loop = try EventLoop(name: "webhooks", time: time)
        let transport: CurlTransport
        do {
            transport = try CurlTransport(egress: egress, caFile: configuration.egress.caFile, loop: loop)
        } catch {
            throw StartError.configuration("egress: \(error)")
        }
        dispatcher = WebhookDispatcher(
            loop: loop, store: store, transport: transport, renderer: renderer, secrets: secrets, time: time,
            random: random, log: log)
        service = WebhookService(
            store: store, dispatcher: dispatcher, renderer: renderer, secrets: secrets, egress: egress, time: time)
        thread = loop.start()
        store.observe(webhooks: dispatcher)
    }

    /// Takes over what an earlier process left unfinished. `delivers` false leaves it alone.
    func resume(_ store: SQLiteStore, delivers: Bool) async throws(KernelFailure) {
        if !delivers { await dispatcher.hold() }
        for endpoint in try await store.webhooks(of: nil) { await dispatcher.put(endpoint) }
        await dispatcher.insert(try await store.pendingWebhooks())
    }

    func close() {
        loop.stop()
        thread.join()
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
            dialects[personality.id] = personality.webhooks?.dialect(
                PublicIDs(key: idKey, personality: personality.id))
            if let rules = rules[personality.id] { dialects[personality.id]?.rules = rules }
        }
        return dialects
    }
}

import AdapterKit
import Base
import Crypto
import Kernel
import Model
import Ports
import Storage

/// The kernel's relayed requests on the way out for HTTP.
final class RelayRuntime: Sendable {
    let dispatcher: RelayDispatcher
    let service: RelayService

    init(
        _ outbound: OutboundHTTP, store: SQLiteStore, directory: Directory, resolver: any Resolver,
        sealing: SealingKey, time: any TimeSource, random: any RandomSource, log: Log
    ) {
        var rules: [PersonalityID: RelayRules] = [:]
        for personality in Adapters.all { rules[personality.id] = personality.relays }
        let secrets = RelaySecrets(store: store, sealing: sealing, time: time, random: random)
        dispatcher = RelayDispatcher(
            loop: outbound.loop, store: store, transport: outbound.transport, secrets: secrets, rules: rules,
            time: time, random: random, log: log)
        service = RelayService(
            store: store, directory: directory, dispatcher: dispatcher,
            guardian: TargetGuard(resolver: resolver, egress: outbound.egress, time: time), secrets: secrets,
            rules: rules, time: time)
        store.observe(relays: dispatcher)
    }

    /// Takes over what an earlier process left unfinished, piece by piece. `delivers` false leaves it alone.
    func resume(_ store: SQLiteStore, delivers: Bool) async throws(KernelFailure) {
        if !delivers { await dispatcher.hold() }
        var last = Relay.ID(0)
        while true {
            let relays = try await store.pendingRelays(after: last, limit: RuntimeLimits.deliveriesPerLoad)
            guard let latest = relays.last else { return }
            last = latest.id
            await dispatcher.insert(relays)
        }
    }
}

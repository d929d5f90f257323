import Base
import Crypto
package import Kernel
package import Model
package import Ports

/// The kernel's relayed requests around a store, on a loop that is turned by hand, with a way out and a DNS that say
/// what a test wants.
package struct RelayBench: Sendable {
    package let transport: ScriptedHTTP
    package let resolver: ScriptedResolver
    package let dispatcher: RelayDispatcher
    package let service: RelayService

    package init(
        loop: HandLoop, store: any Store, directory: Directory,
        rules: [PersonalityID: RelayRules] = [Fixture.personality: Fixture.relayRules],
        egress: EgressPolicy = EgressPolicy(), resolver: ScriptedResolver = ScriptedResolver()
    ) throws {
        let random = SeededRandom(seed: 12)
        transport = ScriptedHTTP()
        transport.serve(loop)
        self.resolver = resolver
        let secrets = RelaySecrets(
            store: store, sealing: try SealingKey(bytes: Array(repeating: 3, count: 32)), time: loop.time,
            random: random)
        dispatcher = RelayDispatcher(
            loop: loop, store: store, transport: transport, secrets: secrets, rules: rules, time: loop.time,
            random: random, log: CollectingLog().log(time: loop.time))
        service = RelayService(
            store: store, directory: directory, dispatcher: dispatcher,
            guardian: TargetGuard(resolver: resolver, egress: egress, time: loop.time), secrets: secrets, rules: rules,
            time: loop.time)
    }
}

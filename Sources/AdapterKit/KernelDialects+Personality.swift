package import Kernel
import Model

extension KernelDialects {
    /// What the kernel keeps of these personalities. `hosts`: the operator's own names in domains' records. `idKey` and
    /// `challengeKey`: 32 bytes each that stay the same for the life of the database.
    package init(
        _ personalities: [any Personality], hosts: DomainHosts, idKey: [UInt8], challengeKey: [UInt8]
    ) {
        self.init()
        for personality in personalities {
            let id = personality.id
            selectors[id] = personality.selectors
            let ids = PublicIDs(key: idKey, of: personality)
            planners[id] = RecordPlanner(
                personality: id, plan: personality.domainPlan, selectors: personality.selectors, hosts: hosts,
                challengeKey: challengeKey)
            webhooks[id] = personality.webhooks?.dialect(ids)
            conventions[id] = ids.convention(of: personality.mailManner)
            relays[id] = personality.relays
            timers[id] = personality.timerRules(ids)
        }
    }
}

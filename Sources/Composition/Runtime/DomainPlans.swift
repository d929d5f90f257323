import AdapterKit
import Kernel
import Model

/// Every personality's record plan, with the operator's names in it.
enum DomainPlans {
    static func planners(_ configuration: Configuration, challengeKey: [UInt8]) -> [PersonalityID: RecordPlanner] {
        let hosts = hosts(configuration)
        return Dictionary(
            uniqueKeysWithValues: Adapters.all.map { personality in
                let planner = RecordPlanner(
                    plan: personality.domainPlan, selectors: personality.selectors, hosts: hosts,
                    challengeKey: challengeKey)
                return (personality.id, planner)
            })
    }

    private static func hosts(_ configuration: Configuration) -> DomainHosts {
        let own = configuration.delivery.hostname
        return DomainHosts(
            spf: configuration.hosts.spf ?? own, mx: configuration.hosts.mx ?? own,
            returnPath: configuration.hosts.returnPath ?? own, tracking: trackingHost(configuration) ?? own)
    }

    /// The name in the URL, without its port.
    private static func trackingHost(_ configuration: Configuration) -> String? {
        guard let url = configuration.trackingURL, let colon = url.firstIndex(of: ":") else { return nil }
        return HostAndPort(String(url[colon...].dropFirst("://".count).prefix { $0 != "/" }))?.host
    }
}

import AdapterKit
import Base
import Crypto
import Kernel
import MailFormat
import Model

/// What the kernel is told of the configuration, the key file and the personalities.
enum KernelPlan {
    static func settings(_ configuration: Configuration, _ keyFile: KeyFile) throws -> KernelSettings {
        let delivery = configuration.delivery
        let idKey = keyFile.key("public ids")
        let ownNames = [configuration.smtp?.hostname, delivery.hostname].compactMap { $0?.lowercased() }
        return KernelSettings(
            sealing: try SealingKey(bytes: keyFile.key("sealing")),
            answers: try SealingKey(bytes: keyFile.key("answers")), idKey: idKey, hostName: delivery.hostname,
            ownNames: Set(ownNames),
            simulation: SimulationPolicy(
                capturesEverything: delivery.mode == .capture, localPartsDecide: delivery.localPartOutcomes,
                suppresses: delivery.simulatedSuppressions),
            retries: retries(configuration), pace: pace(configuration),
            signatures: Set(delivery.signatures), unsubscribeBase: unsubscribeBase(configuration),
            returnPaths: returnPaths(configuration, idKey: idKey), keepsBcc: configuration.smtp?.keepsBcc ?? false,
            keysPerAccount: configuration.keysPerAccount ?? KernelLimits.keysPerAccount,
            domainsPerAccount: configuration.domainsPerAccount ?? KernelLimits.domainsPerAccount)
    }

    static func dialects(_ configuration: Configuration, _ keyFile: KeyFile) -> KernelDialects {
        var dialects = KernelDialects(
            Adapters.all, hosts: hosts(configuration), idKey: keyFile.key("public ids"),
            challengeKey: keyFile.key("domain challenges"))
        for (id, rules) in webhookRules(configuration) { dialects.webhooks[id]?.rules = rules }
        return dialects
    }

    /// What the personalities say of webhooks, with the operator's own schedule if there is one.
    static func webhookRules(_ configuration: Configuration) -> [PersonalityID: WebhookRules] {
        var all: [PersonalityID: WebhookRules] = [:]
        for personality in Adapters.all {
            guard var rules = personality.webhooks?.rules else { continue }
            if let waits = configuration.webhooks.retries {
                rules.policy.retries.delays = .listed(waits)
                rules.policy.retries.attempts = waits.count + 1
            }
            rules.endpointsMax = configuration.webhooks.perAccount ?? rules.endpointsMax
            rules.policy.timeout = configuration.webhooks.timeout ?? rules.policy.timeout
            all[personality.id] = rules
        }
        return all
    }

    /// The vendors' own, where the operator does not say otherwise.
    private static func pace(_ configuration: Configuration) -> LanePace {
        var pace = LanePace(perDestination: configuration.delivery.perDestination)
        for personality in Adapters.all {
            let perSecond = configuration.paces[personality.id] ?? personality.pace?.perSecond
            if let perSecond { pace.perOrigin[personality.id] = perSecond * 60 }
        }
        return pace
    }

    private static func retries(_ configuration: Configuration) -> RetryPolicy {
        var retries = RetryPolicy(listed: configuration.delivery.retries)
        retries.lifetime = configuration.delivery.lifetime
        return retries
    }

    /// nil where no listener takes what comes back.
    private static func returnPaths(_ configuration: Configuration, idKey: [UInt8]) -> ReturnPaths? {
        guard configuration.smtp?.takesReports == true,
            let host = try? DomainName(parsing: configuration.hosts.returnPath ?? configuration.delivery.hostname)
        else { return nil }
        return ReturnPaths(idKey: idKey, host: host)
    }

    private static func unsubscribeBase(_ configuration: Configuration) -> String {
        let base =
            configuration.trackingURL
            ?? configuration.listeners.first.map { listener in
                listener.publicURL ?? "http\(listener.tls == nil ? "" : "s")://\(listener.listen)"
            }
        return "\(base ?? "http://localhost")/unsubscribe/"
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

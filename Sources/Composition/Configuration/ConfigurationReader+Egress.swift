import AdapterKit
import Base
import Model

extension ConfigurationReader {
    func egress(_ node: ConfigurationNode) -> Configuration.Egress {
        let section = node.section(["allow", "ports", "caFile"])
        var egress = Configuration.Egress(allow: networks(section["allow"]), caFile: section["caFile"].file())
        let form = "a list of ports, each an integer from 1 to 65535"
        if let ports = section["ports"].elements(form) {
            egress.ports = Set(ports.compactMap { $0.integer(in: 1...65535, isRequired: true) }.map { UInt16($0) })
        }
        return egress
    }

    func webhooks(_ node: ConfigurationNode) -> Configuration.Webhooks {
        let section = node.section(["retries", "timeout", "perAccount"])
        var webhooks = Configuration.Webhooks()
        let schedule = section["retries"].section(["schedule"])["schedule"]
        let form = "a list of at most \(ConfigurationLimits.retries) durations such as \(DurationText.examples)"
        if let nodes = schedule.elements(form) {
            if nodes.count > ConfigurationLimits.retries {
                schedule.refuse("has \(nodes.count) elements", allowed: form)
            }
            webhooks.retries = nodes.compactMap { $0.duration(in: ConfigurationLimits.retryWait, isRequired: true) }
        }
        webhooks.perAccount = section["perAccount"].integer(in: ConfigurationLimits.perAccount)
        webhooks.timeout = section["timeout"].duration(in: ConfigurationLimits.webhookTimeout)
        return webhooks
    }
}

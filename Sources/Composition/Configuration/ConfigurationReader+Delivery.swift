import Base
import MailFormat
import Model

extension ConfigurationReader {
    func delivery(_ node: ConfigurationNode) -> Configuration.Delivery {
        let section = node.section([
            "mode", "smarthost", "auth", "hostname", "tls", "caFile", "localPartOutcomes", "retries", "perDestination",
            "port", "domains", "sources", "connections", "mtaSTS", "signatures", "simulatedSuppressions",
        ])
        let retries = section["retries"].section(["schedule", "lifetime"])
        var delivery = Configuration.Delivery(retries: self.retries(retries["schedule"]))
        delivery.lifetime = retries["lifetime"].duration(in: ConfigurationLimits.lifetime) ?? delivery.lifetime
        let perDestination = section["perDestination"].section(["messagesPerMinute", "connections"])
        delivery.perDestination = perDestination["messagesPerMinute"].integer(in: ConfigurationLimits.messagesPerMinute)
        delivery.connectionsPerDestination = perDestination["connections"]
            .integer(in: ConfigurationLimits.connectionsPerDestination)
        delivery.mode = section["mode"].word() ?? delivery.mode
        delivery.localPartOutcomes = section["localPartOutcomes"].boolean() ?? delivery.localPartOutcomes
        delivery.simulatedSuppressions = section["simulatedSuppressions"].boolean() ?? delivery.simulatedSuppressions
        delivery.tls = section["tls"].word() ?? delivery.tls
        delivery.caFile = section["caFile"].file()
        delivery.hostname =
            section["hostname"].text(
                "a name such as \"mail.example.com\"", isRequired: delivery.mode == .direct, Self.hostname)
            ?? delivery.hostname
        let isNeeded = delivery.mode == .smarthost
        if let smarthost = section["smarthost"].text("\"HOST:PORT\"", isRequired: isNeeded, HostAndPort.init) {
            delivery.smarthostHost = smarthost.host
            delivery.smarthostPort = smarthost.port ?? ConfigurationDefaults.smarthostPort
        }
        delivery.signatures = signatures(section["signatures"]) ?? delivery.signatures
        direct(section, &delivery)
        if section["auth"].isPresent { delivery.auth = credentials(section["auth"]) }
        if delivery.auth != nil, delivery.tls == .never {
            section["tls"].refuse(
                "\"never\" and \"delivery.auth\" exclude each other: a password is sent inside TLS only",
                allowed: ConfigurationNode.list(["opportunistic", "required"]))
        }
        return delivery
    }

    private func signatures(_ node: ConfigurationNode) -> [SigningKey.Algorithm]? {
        let form = "a list of one or both of \(ConfigurationNode.list(SigningKey.Algorithm.allCases.map(\.rawValue)))"
        guard let nodes = node.elements(form) else { return nil }
        if nodes.isEmpty { node.refuse("is empty", allowed: form) }
        let named = Set(nodes.compactMap { $0.word(SigningKey.Algorithm.self, isRequired: true) })
        return SigningKey.Algorithm.allCases.filter(named.contains)
    }

    /// What only direct delivery reads.
    private func direct(_ section: ConfigurationSection, _ delivery: inout Configuration.Delivery) {
        if let port = section["port"].integer(in: 1...65535) { delivery.port = UInt16(port) }
        delivery.mtaSTS = section["mtaSTS"].boolean() ?? delivery.mtaSTS
        delivery.connections = section["connections"].integer(in: ConfigurationLimits.connections)
        for (name, node) in section["domains"].members("an object of domains, each { \"tls\": .. }") {
            let tls: Configuration.Delivery.TLS? = node.section(["tls"])["tls"].word(isRequired: true)
            guard let domain = (try? DomainName(parsing: name))?.text else {
                node.refuse("is no domain", allowed: "names such as \"example.com\"")
                continue
            }
            delivery.tlsByDomain[domain] = tls
        }
        let form = "an IP address of this machine"
        let sources = (section["sources"].elements("a list, each element \(form)") ?? []).compactMap {
            $0.text(form, isRequired: true) { IPAddress($0) }
        }
        if Set(sources.map(\.family)).count < sources.count {
            section["sources"].refuse("has two addresses of one family", allowed: "one of IPv4 and one of IPv6 at most")
        }
        delivery.sources = sources
    }

    /// A domain or an address literal (RFC 5321 §4.1.3).
    private static func hostname(_ text: String) -> String? {
        guard text.hasPrefix("[") else { return (try? DomainName(parsing: text))?.text }
        return text.hasSuffix("]") && IPAddress(String(text.dropFirst().dropLast())) != nil ? text : nil
    }

    private func credentials(_ node: ConfigurationNode) -> Configuration.Delivery.Credentials? {
        let section = node.section(["user", "passwordFile"])
        let user = section["user"].text("the name to log in with", isRequired: true) { $0.isEmpty ? nil : $0 }
        let passwordFile = section["passwordFile"].file(isRequired: true)
        guard let user, let passwordFile else { return nil }
        return Configuration.Delivery.Credentials(user: user, passwordFile: passwordFile)
    }

    private func retries(_ node: ConfigurationNode) -> [Duration] {
        let form = "a list of at most \(ConfigurationLimits.retries) durations such as \(DurationText.examples)"
        guard let nodes = node.elements(form) else { return RetryPolicy.mailDelays }
        if nodes.count > ConfigurationLimits.retries { node.refuse("has \(nodes.count) elements", allowed: form) }
        return nodes.compactMap { $0.duration(in: ConfigurationLimits.retryWait, isRequired: true) }
    }
}

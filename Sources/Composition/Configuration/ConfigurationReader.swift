package import AdapterKit
import Base
import Model
import Posix

/// Makes a `Configuration` of a file's text and the environment, or says all that is wrong with them.
///
/// Pure: the caller reads the file. Every key has a default but for what is served where, which a file must say.
package struct ConfigurationReader {
    let personalities: [any Personality]

    /// `personalities`: those that this program has.
    package init(personalities: [any Personality]) { self.personalities = personalities }

    /// `fileText` is JSON5; nil stands for the built-in local profile. Of the environment only names with `POLYRELAY_`
    /// count, and they stand above either.
    package func read(
        fileText: [UInt8]?, environment: [String: String]
    ) throws(ConfigurationErrors) -> Configuration {
        let variables = ConfigurationEnvironment(environment)
        var tree: ConfigurationValue
        if let fileText {
            tree = try ConfigurationValue(json5: fileText)
        } else {
            tree = LocalProfile.tree(for: personalities, servesOne: variables.saysWhatIsServed)
        }
        let findings = ConfigurationFindings()
        variables.override(&tree, findings)
        var configuration = configuration(ConfigurationNode(tree, path: "", findings: findings))
        configuration.isLocalProfile = fileText == nil
        Self.refuseSharedAddresses(configuration, findings)
        guard findings.errors.isEmpty else { throw ConfigurationErrors(errors: findings.errors) }
        return configuration
    }

    private static let keys = [
        "database", "listeners", "personality", "http", "admin", "delivery", "hosts", "proxies", "limits",
        "secrets", "drain", "shards", "log", "dns", "faults", "egress", "webhooks", "personalities", "smtp", "keys",
        "domains", "retention", "bodies",
    ]

    private func configuration(_ node: ConfigurationNode) -> Configuration {
        let root = node.section(Self.keys)
        let database = root["database"].text(EngineScheme.form, EngineScheme.read)
        let log = root["log"].section(["level", "format", "requests", "deliveries"])
        let admin = admin(root["admin"])
        let hosts = root["hosts"].section(["tracking", "spf", "mx", "returnPath"])
        var configuration = Configuration(
            database: database?.location ?? ConfigurationDefaults.database, listeners: listeners(root),
            admin: admin.listen,
            delivery: delivery(root["delivery"]),
            trackingURL: hosts["tracking"].text(BaseURL.form, BaseURL.normalized),
            proxies: networks(root["proxies"]),
            limits: limits(root["limits"]),
            quotas: quotas(root["limits"]),
            keyFile: root["secrets"].section(["keyFile"])["keyFile"].file() ?? ConfigurationDefaults.keyFile,
            drain: root["drain"].duration(in: ConfigurationLimits.drain) ?? ConfigurationDefaults.drain,
            shards: root["shards"].integer(in: ConfigurationLimits.shards) ?? 0,
            logLevel: log["level"].word(LogLevel.allCases.map { ($0.name.description, $0) }) ?? .info,
            logFormat: log["format"].word() ?? .automatic,
            allowsFaults: root["faults"].section(["allow"])["allow"].boolean() ?? false)
        if let database { configuration.engine = database.engine }
        if log["requests"].boolean() ?? false { configuration.logTopics.insert(.requests) }
        if log["deliveries"].boolean() ?? false { configuration.logTopics.insert(.deliveries) }
        configuration.hosts = self.hosts(hosts)
        configuration.dnsServers = servers(root["dns"].section(["servers"])["servers"])
        configuration.egress = egress(root["egress"])
        configuration.adminAccess = admin.access
        configuration.webhooks = webhooks(root["webhooks"])
        configuration.keysPerAccount =
            root["keys"].section(["perAccount"])["perAccount"].integer(in: ConfigurationLimits.perAccount)
        configuration.sealsBodies = root["bodies"].section(["seal"])["seal"].boolean() ?? false
        configuration.domainsPerAccount =
            root["domains"].section(["perAccount"])["perAccount"].integer(in: ConfigurationLimits.perAccount)
        configuration.options = options(root["personalities"])
        configuration.paces = paces(root["personalities"])
        configuration.retention = retention(root["retention"])
        configuration.smtp = smtp(root["smtp"], beside: configuration)
        return configuration
    }

    /// Absent: at its usual address; null or false: nowhere.
    private func admin(
        _ node: ConfigurationNode
    ) -> (listen: SocketAddress?, access: Configuration.AdminAccess) {
        var access = Configuration.AdminAccess()
        if node.value == .null || node.value == .boolean(false) { return (nil, access) }
        let section = node.section(["listen", "publicURL", "tokenFile", "open"])
        let place = section["listen"]
        let listen = place.text(Self.listenForm, SocketAddress.init(ipAndPort:))
        if case .ip(let address, _)? = listen, address.isGloballyReachable || address.isUnspecified {
            place.refuse(
                "\(address) is reached from everywhere, and what is told there is not encrypted",
                allowed: "an address of this machine, or of a network of your own such as 10.0.0.0/8")
        }
        access.publicURL = section["publicURL"].text(BaseURL.form, BaseURL.normalized)
        access.tokenFile = section["tokenFile"].file()
        let words = Configuration.AdminAccess.Page.allCases.map { ($0.rawValue, $0) }
        if let nodes = section["open"].elements("a list of \(ConfigurationNode.list(words.map(\.0)))") {
            access.open = nodes.compactMap { $0.word(words, isRequired: true) }
        }
        return (listen ?? SocketAddress(ipAndPort: ConfigurationDefaults.adminListen), access)
    }

    func networks(_ node: ConfigurationNode) -> [IPNetwork] {
        let form = #"a block of addresses such as "10.0.0.0/8" or "2001:db8::/32""#
        return (node.elements("a list, each element \(form)") ?? []).compactMap {
            $0.text(form, isRequired: true, IPNetwork.init)
        }
    }

    static let listenForm = #"an address and a port such as "127.0.0.1:8080" or "[::1]:8080""#

    /// Port 0 is another one each time.
    private static func refuseSharedAddresses(_ configuration: Configuration, _ findings: ConfigurationFindings) {
        var seen: Set<SocketAddress> = []
        let listeners = configuration.listeners.enumerated().map { ("listeners[\($0)].listen", $1.listen) }
        let admin = configuration.admin.map { [("admin.listen", $0)] } ?? []
        let smtp = configuration.smtp?.listeners ?? []
        let mail = smtp.enumerated().map { ("smtp.listeners[\($0)].listen", $1.listen) }
        for (path, address) in listeners + admin + mail {
            if case .ip(_, port: 0) = address { continue }
            guard seen.insert(address).inserted else {
                findings.add(path, "\(address) is taken by another listener")
                continue
            }
        }
    }
}

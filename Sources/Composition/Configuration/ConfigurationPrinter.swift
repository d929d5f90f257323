import AdapterKit
import Base
import Model
import Ports
import Posix
import SMTPServer

/// The effective configuration as a configuration file: fed back, it reads to the same `Configuration`.
///
/// Nothing in it is secret: passwords and keys are named by their files. What is not set is written as null.
package enum ConfigurationPrinter {
    /// With line breaks, for people.
    package static func text(_ configuration: Configuration) -> String { JSONIndent.text(of: json(configuration)) }

    /// On one line, for programs.
    package static func json(_ configuration: Configuration) -> [UInt8] {
        JSONWriter.object { root in
            root.member("database", "\(configuration.engine.rawValue):\(configuration.database)")
            root.array("listeners") { list in configuration.listeners.forEach { write($0, to: &list) } }
            write(admin: configuration, to: &root)
            root.object("delivery") { write(configuration.delivery, to: &$0) }
            root.object("hosts") { write(configuration, to: &$0) }
            root.object("dns") { dns in
                if configuration.dnsServers.isEmpty { return dns.null("servers") }
                dns.member("servers", configuration.dnsServers.map(\.description))
            }
            root.member("proxies", configuration.proxies.map(\.description))
            root.object("limits") { write(limitsOf: configuration, to: &$0) }
            root.object("secrets") { $0.member("keyFile", configuration.keyFile) }
            root.member("drain", DurationText.of(configuration.drain))
            root.member("shards", configuration.shards)
            root.object("log") { log in
                log.member("level", configuration.logLevel.name.description)
                log.member("format", configuration.logFormat.rawValue)
                log.member("requests", configuration.logTopics.contains(.requests))
                log.member("deliveries", configuration.logTopics.contains(.deliveries))
            }
            root.object("keys") { $0.member("perAccount", configuration.keysPerAccount) }
            root.object("bodies") { $0.member("seal", configuration.sealsBodies) }
            root.object("domains") { $0.member("perAccount", configuration.domainsPerAccount) }
            root.object("faults") { $0.member("allow", configuration.allowsFaults) }
            root.object("egress") { write(configuration.egress, to: &$0) }
            root.object("webhooks") { write(configuration.webhooks, to: &$0) }
            root.object("personalities") { personalities in
                for id in Set(configuration.options.keys).union(configuration.paces.keys).sorted() {
                    personalities.object(named: id.name) { object in
                        for (name, value) in (configuration.options[id] ?? [:]).sorted(by: { $0.key < $1.key }) {
                            object.member(named: name, value)
                        }
                        object.memberIfPresent("pace", configuration.paces[id])
                    }
                }
            }
            root.object("retention") { retention in
                for (origin, rules) in configuration.retention.rules.sorted(by: { $0.key < $1.key }) {
                    retention.object(named: origin.name) { object in
                        for rows in ConfigurationReader.retained {
                            if let age = rules[rows] { object.member(named: rows.rawValue, DurationText.of(age)) }
                        }
                    }
                }
                if let age = configuration.retention.operatorMail {
                    retention.member(named: ConfigurationReader.postmaster, DurationText.of(age))
                }
            }
            guard let smtp = configuration.smtp else { return root.null("smtp") }
            root.object("smtp") { write(smtp, to: &$0) }
        }
    }

    private static func write(_ smtp: Configuration.SMTP, to object: inout JSONObjectWriter) {
        object.member("hostname", smtp.hostname)
        object.member("strict", smtp.isStrict)
        object.member("keepBcc", smtp.keepsBcc)
        write(smtp.tls, to: &object)
        object.member("catchAll", smtp.listeners.first { $0.role == .catchAll }?.listen.description)
        object.array("listeners") { list in
            for listener in smtp.listeners where listener.role != .catchAll {
                list.object { object in
                    object.member("listen", listener.listen.description)
                    switch listener.role {
                    case .catchAll: break
                    case .submission(let personality):
                        object.member("role", "submission")
                        object.member("personality", personality.name)
                    case .mx: object.member("role", "mx")
                    }
                    object.member("tls", listener.encryption.rawValue)
                }
            }
        }
        object.array("trusted") { list in
            for trusted in smtp.trusted {
                list.object { object in
                    object.member("network", trusted.network.description)
                    object.member("account", trusted.account.value)
                    object.member("personality", trusted.personality.name)
                    object.member("scopes", trusted.scopes)
                }
            }
        }
    }

    private static func write(_ tls: Configuration.TLSFiles?, to object: inout JSONObjectWriter) {
        guard let tls else { return object.null("tls") }
        if tls.isOwn { return object.member("tls", ConfigurationReader.ownCertificate) }
        object.object("tls") {
            $0.member("certificate", tls.certificate)
            $0.member("key", tls.key)
        }
    }

    private static func write(_ configuration: Configuration, to hosts: inout JSONObjectWriter) {
        hosts.member("spf", configuration.hosts.spf)
        hosts.member("mx", configuration.hosts.mx)
        hosts.member("returnPath", configuration.hosts.returnPath)
        hosts.member("tracking", configuration.trackingURL)
    }

    private static func write(_ listener: Configuration.Listener, to list: inout JSONArrayWriter) {
        list.object { object in
            object.member("personality", listener.personality.name)
            object.member("listen", listener.listen.description)
            object.member("publicURL", listener.publicURL)
            write(listener.tls, to: &object)
        }
    }

    private static func write(admin configuration: Configuration, to root: inout JSONObjectWriter) {
        guard let listen = configuration.admin else { return root.null("admin") }
        root.object("admin") { admin in
            admin.member("listen", listen.description)
            admin.member("publicURL", configuration.adminAccess.publicURL)
            admin.member("tokenFile", configuration.adminAccess.tokenFile)
            admin.member("open", configuration.adminAccess.open.map(\.rawValue))
        }
    }

    private static func write(_ delivery: Configuration.Delivery, to object: inout JSONObjectWriter) {
        object.member("mode", delivery.mode.rawValue)
        object.member("localPartOutcomes", delivery.localPartOutcomes)
        object.member("simulatedSuppressions", delivery.simulatedSuppressions)
        let smarthost = HostAndPort(host: delivery.smarthostHost, port: delivery.smarthostPort)
        object.member("smarthost", delivery.smarthostHost.isEmpty ? nil : smarthost.description)
        if let auth = delivery.auth {
            object.object("auth") {
                $0.member("user", auth.user)
                $0.member("passwordFile", auth.passwordFile)
            }
        } else {
            object.null("auth")
        }
        object.member("tls", delivery.tls.rawValue)
        object.member("caFile", delivery.caFile)
        object.member("hostname", delivery.hostname)
        object.member("signatures", delivery.signatures.map(\.rawValue))
        object.object("retries") {
            $0.member("schedule", delivery.retries.map(DurationText.of))
            $0.member("lifetime", DurationText.of(delivery.lifetime))
        }
        object.object("perDestination") {
            $0.member("messagesPerMinute", delivery.perDestination)
            $0.member("connections", delivery.connectionsPerDestination)
        }
        object.member("connections", delivery.connections)
        object.member("port", Int(delivery.port))
        object.object("domains") { domains in
            for (domain, tls) in delivery.tlsByDomain.sorted(by: { $0.key < $1.key }) {
                domains.object(named: domain) { $0.member("tls", tls.rawValue) }
            }
        }
        object.member("mtaSTS", delivery.mtaSTS)
        object.member("sources", delivery.sources.map(\.description))
    }

    private static func write(_ egress: Configuration.Egress, to object: inout JSONObjectWriter) {
        object.member("allow", egress.allow.map(\.description))
        object.member("ports", egress.ports.map { ports in ports.sorted().map { Int($0) } })
        object.member("caFile", egress.caFile)
    }

    private static func write(_ webhooks: Configuration.Webhooks, to object: inout JSONObjectWriter) {
        object.object("retries") { $0.member("schedule", webhooks.retries.map { $0.map(DurationText.of) }) }
        object.member("timeout", webhooks.timeout.map(DurationText.of))
        object.member("perAccount", webhooks.perAccount)
    }

    private static func write(limitsOf configuration: Configuration, to object: inout JSONObjectWriter) {
        let (limits, quotas) = (configuration.limits, configuration.quotas)
        for personality in Set(limits.keys).union(quotas.keys).sorted() {
            object.object(named: personality.name) { object in
                for (rateClass, tiers) in (limits[personality] ?? [:]).sorted(by: { $0.key.name < $1.key.name }) {
                    object.array(named: rateClass.name) { list in tiers.forEach { write($0, to: &list) } }
                }
                guard let quotas = quotas[personality] else { return }
                object.array(named: ConfigurationReader.quotasKey) { list in quotas.forEach { write($0, to: &list) } }
            }
        }
    }

    private static func write(_ quota: DefaultQuota, to list: inout JSONArrayWriter) {
        list.object { object in
            object.member("per", quota.owner.rawValue)
            object.member("period", quota.quota.kind.period.rawValue)
            object.member("limit", quota.quota.limit)
            if quota.quota.kind.unit != .message { object.member("unit", quota.quota.kind.unit.rawValue) }
        }
    }

    static func write(_ tier: RateTier, to list: inout JSONArrayWriter) {
        list.object { object in
            object.member("per", tier.owner.rawValue)
            object.member("limit", tier.limit)
            switch tier.window {
            case .aligned(let length): object.member("window", DurationText.of(length))
            case .month: object.member("window", "month")
            case .fromFirst(let length):
                object.member("window", DurationText.of(length))
                object.member("starts", "firstUse")
            case .bucket(let refill, let burst):
                object.member("window", DurationText.of(refill))
                object.member("burst", burst)
            }
            if tier.counts != .attempts { object.member("counts", tier.counts.rawValue) }
        }
    }
}

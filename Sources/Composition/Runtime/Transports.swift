import Base
import HTTPDelivery
import Ports
import Posix
import Resolver
import SMTPDelivery

/// Makes the way out for mail that the configuration asks for.
enum Transports {
    /// nil in capture mode. `resolver`: the DNS alone, which says who takes mail; `hosts`: what requests of our own are
    /// looked up by, with this machine's own names.
    static func transport(
        for configuration: Configuration, resolver: any Resolver, hosts: any Resolver, loop: EventLoop,
        time: any TimeSource, random: any RandomSource, log: Log
    ) throws(StartError) -> (any MailTransport)? {
        let delivery = configuration.delivery
        switch delivery.mode {
        case .capture: return nil
        case .smarthost:
            do {
                return try SmarthostTransport(
                    smarthost(delivery), resolver: names(configuration, hosts), loop: loop, time: time, log: log)
            } catch let error as StartError {
                throw error
            } catch {
                throw .configuration("delivery: \(error)")
            }
        case .direct:
            do {
                return try DirectTransport(
                    direct(configuration), resolver: resolver,
                    policies: policies(configuration, hosts, loop, time), loop: loop, time: time, random: random,
                    log: log)
            } catch {
                throw .configuration("delivery: \(error)")
            }
        }
    }

    /// For names that the operator has written: short ones as the machine completes them, unless other name servers are
    /// to be asked than its own.
    private static func names(_ configuration: Configuration, _ hosts: any Resolver) -> any Resolver {
        let suffixes = configuration.dnsServers.isEmpty ? SystemServers.readSuffixes() : []
        return SuffixResolver(suffixes, behind: hosts)
    }

    /// RFC 8461 §3.3: over HTTPS at its usual port.
    private static func policies(
        _ configuration: Configuration, _ hosts: any Resolver, _ loop: EventLoop, _ time: any TimeSource
    ) throws(CurlError) -> (any HTTPTransport)? {
        guard configuration.delivery.mtaSTS else { return nil }
        let egress = EgressPolicy(allow: configuration.egress.allow, ports: [443])
        return try CurlTransport(
            egress: egress, caFile: configuration.egress.caFile, resolver: hosts, loop: loop, time: time)
    }

    private static func direct(_ configuration: Configuration) throws(DirectError) -> DirectConfiguration {
        let delivery = configuration.delivery
        var direct = try DirectConfiguration(
            heloName: delivery.hostname,
            ownNames: [configuration.hosts.mx, configuration.smtp?.hostname].compactMap { $0 })
        direct.port = delivery.port
        direct.security = security(delivery.tls)
        direct.securityByDomain = delivery.tlsByDomain.mapValues(security)
        direct.caFile = delivery.caFile
        direct.sources = delivery.sources
        direct.egress = EgressPolicy(allow: configuration.egress.allow)
        direct.sessions = delivery.connectionsPerDestination ?? direct.sessions
        direct.connections = delivery.connections ?? direct.connections
        return direct
    }

    private static func security(_ tls: Configuration.Delivery.TLS) -> DirectConfiguration.Security {
        switch tls {
        case .never: .never
        case .opportunistic: .opportunistic
        case .required: .required
        }
    }

    private static func smarthost(_ delivery: Configuration.Delivery) throws -> SmarthostConfiguration {
        let security: SmarthostConfiguration.Security =
            switch delivery.tls {
            case .never: .never
            case .opportunistic: .opportunistic
            case .required: .required
            }
        var configuration = try SmarthostConfiguration(
            host: delivery.smarthostHost, port: delivery.smarthostPort, heloName: delivery.hostname,
            security: security, login: try delivery.auth.map(login))
        configuration.caFile = delivery.caFile
        configuration.sessions = delivery.connectionsPerDestination ?? configuration.sessions
        return configuration
    }

    /// The password is the file's first line.
    static func login(_ auth: Configuration.Delivery.Credentials) throws(StartError) -> (
        user: String, password: String
    ) {
        do {
            let text = try Files.read(auth.passwordFile, limitBytes: RuntimeLimits.secretFileBytes)
            let line = text.prefix { $0 != ASCII.lineFeed && $0 != ASCII.carriageReturn }
            return (auth.user, String(decoding: line, as: UTF8.self))
        } catch {
            throw .configuration("delivery.auth.passwordFile \(auth.passwordFile): \(error)")
        }
    }
}

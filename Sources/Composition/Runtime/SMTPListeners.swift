import AdapterKit
import Base
import Kernel
import Model
import Posix
import SMTPServer
import SMTPWire
import Serving
import TLS

/// The listeners for mail: one shard on each loop, and a gateway for each personality.
final class SMTPListeners: Sendable {
    private let shards: [SMTPShard]
    private let identity: TLSServerIdentity?
    private let configuration: Configuration
    private let log: Log

    /// nil where no mail is taken. `loops`: those of the HTTP shards.
    init?(_ runtime: KernelRuntime, loops: [EventLoop], budget: ConnectionBudget) throws(StartError) {
        guard let smtp = runtime.configuration.smtp else { return nil }
        if let tls = smtp.tls {
            try OwnCertificate.makeIfMissing(
                tls, host: smtp.hostname ?? runtime.configuration.delivery.hostname, random: runtime.random,
                time: runtime.time)
        }
        identity = try Self.identity(smtp)
        let (addresses, contents) = (AddressCounts(), ContentBudget())
        shards = loops.map {
            SMTPShard(
                loop: $0, addresses: addresses, contents: contents, time: runtime.time, log: runtime.log, budget: budget
            )
        }
        configuration = runtime.configuration
        log = runtime.log
    }

    /// What TLS on these listeners shows; nil where nothing is said of it.
    static func identity(_ smtp: Configuration.SMTP) throws(StartError) -> TLSServerIdentity? {
        guard let tls = smtp.tls else { return nil }
        do {
            return try TLSServerIdentity(certificate: tls.certificate, key: tls.key, application: .mail)
        } catch {
            throw .configuration(ListenerIdentities.refusal(error, tls, "smtp.tls"))
        }
    }

    // MARK: Listening

    /// The first shard may let the kernel choose the port; the others share it.
    func listen(_ runtime: KernelRuntime, limits: RateBook, refusals: RefusalDelay) async throws {
        guard let smtp = configuration.smtp else { return }
        for listener in smtp.listeners {
            guard let hostName = HeloName(smtp.hostname ?? configuration.delivery.hostname) else {
                throw StartError.configuration("smtp.hostname: is no name that a server can call itself")
            }
            switch listener.role {
            case .submission(let id):
                guard let personality = runtime.personality(id), let limiter = limits[personality.id],
                    let gateway = SMTPGateway(
                        personality,
                        in: SMTPGateway.Environment(
                            directory: runtime.directory, limiter: limiter, mail: runtime.mail,
                            ids: runtime.ids(personality), time: runtime.time, hostName: hostName,
                            isStrict: smtp.isStrict, uses: runtime.keyUses, refusals: refusals,
                            trusted: Self.networks(smtp.trusted, personality.id), faults: runtime.faults, log: log))
                else { throw StartError.configuration("smtp.listeners: \(id) takes no mail") }
                try await listen(listener, gateway, gateway.configuration(listener.encryption)) { line in
                    line.add("personality", OperatorText(id.name))
                    line.add("role", OperatorText("submission"))
                }
            case .mx:
                guard let reports = runtime.reports else {
                    throw StartError.configuration(Self.returnPathMissing)
                }
                let desk = ReportDesk(reports, hostName: hostName, isStrict: smtp.isStrict)
                let settings = desk.configuration(offersTLS: listener.encryption == .startTLS)
                try await listen(listener, desk, settings) { $0.add("role", OperatorText("mx")) }
            case .catchAll:
                let desk = CatchAllDesk(runtime.mail, hostName: hostName) { [directory = runtime.directory] in
                    directory.accounts.first { $0.state != .removing }?.id
                }
                let settings = desk.configuration(offersTLS: listener.encryption == .optional)
                try await listen(listener, desk, settings) { $0.add("role", OperatorText("catchAll")) }
            }
        }
    }

    static let returnPathMissing =
        "hosts.returnPath: an \"mx\" listener needs it where delivery.hostname is no domain name"

    private static func networks(
        _ trusted: [Configuration.SMTP.Trusted], _ personality: PersonalityID
    ) -> [SMTPGateway.TrustedNetwork] {
        trusted.filter { $0.personality == personality }.map {
            SMTPGateway.TrustedNetwork(network: $0.network, account: $0.account, scopes: $0.scopes)
        }
    }

    /// `describe` adds to the line that says so.
    private func listen(
        _ listener: Configuration.SMTP.Listener, _ service: any SMTPService, _ settings: ServerConfiguration,
        _ describe: (inout LogLine) -> Void
    ) async throws {
        let spoken = SMTPListener(
            encryption: listener.encryption, identity: listener.encryption == .none ? nil : identity,
            configuration: settings, service: service)
        var chosen = listener.listen
        do {
            chosen = try Socket.listen(at: chosen, sharesPort: false).localAddress() ?? chosen
            for shard in shards { chosen = try await shard.listen(at: chosen, spoken) }
        } catch {
            throw StartError.cannotListen("smtp", listener.listen, error)
        }
        guard case .ip(let ip, let port) = chosen else { return }
        log.info("listening") { line in
            line.add("service", OperatorText("smtp"))
            line.add("address", ip)
            line.add("port", port)
            describe(&line)
            line.add("tls", OperatorText(listener.encryption.rawValue))
        }
    }

    var metrics: SMTPMetrics { SMTPMetrics(shards) }

    // MARK: Reloading

    /// Reads the certificate anew. Where it cannot be used, the old one stays, and the log says why.
    func reload(_ new: Configuration) {
        guard let identity, let tls = new.smtp?.tls else { return }
        do {
            try identity.replace(certificate: tls.certificate, key: tls.key)
        } catch {
            log.error("certificate-refused") {
                $0.add("reason", OperatorText(ListenerIdentities.refusal(error, tls, "smtp.tls")))
            }
        }
    }

    // MARK: Ending

    /// All shards at once: a message that is still coming in on one holds up no leave-taking on another.
    func drain() async {
        await withTaskGroup { group in
            for shard in shards { group.addTask { await shard.drain() } }
        }
    }

    func closeAll() async { for shard in shards { await shard.closeAll() } }
}

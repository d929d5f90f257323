import AdapterKit
import Base
import HTTPDelivery
import HTTPServer
import HTTPWire
import Kernel
import Model
import Ports
import Posix
import Serving
import Storage
import Synchronization
import TLS

/// The running program: the kernel with its listeners.
///
/// Starts in the order decode, validate, open, listen; ends in the reverse one: stop accepting, let requests finish,
/// record deliveries, close the database.
final class Server: Sendable {
    private let runtime: KernelRuntime
    private let shards: [HTTPShard]
    private let threads: [Thread]
    private let limits: RateBook
    private let housekeeping: Housekeeping
    private let refusals = RefusalDelay()
    /// Of the listeners that are TLS, by their places in the configuration.
    private let identities: [Int: TLSServerIdentity]
    /// nil: no mail is taken over SMTP.
    private let smtp: SMTPListeners?
    private let answers: LargeAnswers
    private let log: Log

    init(_ runtime: KernelRuntime) async throws {
        self.runtime = runtime
        log = runtime.log
        identities = try ListenerIdentities.read(runtime.configuration)
        let count = runtime.configuration.shards > 0 ? runtime.configuration.shards : Machine.coreCount
        let configuration = runtime.configuration
        let budget = ConnectionBudget(
            limit: ConnectionBudget.connections(descriptors: ProcessStatus.read().descriptorsMax),
            exempt: configuration.proxies + (configuration.smtp?.trusted.map(\.network) ?? []))
        let answers = LargeAnswers()
        self.answers = answers
        var shards: [HTTPShard] = []
        for index in 0..<count {
            let loop = try EventLoop(name: "shard-\(index)", time: runtime.time)
            shards.append(
                HTTPShard(
                    loop: loop, limits: .standard, time: runtime.time, log: runtime.log, budget: budget,
                    answers: answers))
        }
        self.shards = shards
        smtp = try SMTPListeners(runtime, loops: shards.map(\.loop), budget: budget)
        threads = shards.map { $0.loop.start() }
        limits = RateBook(
            tiers: Dictionary(
                uniqueKeysWithValues: runtime.personalities.map { ($0.id, runtime.configuration.tiers(of: $0)) }),
            time: runtime.time)
        limits.restore(try await runtime.store.rateWindows())
        runtime.store.ride(limits)
        _ = await runtime.store.commit([.limits(.setDefaultQuotas(runtime.configuration.quotas))])
        housekeeping = Housekeeping(runtime, limits: limits)
        housekeeping.start()
        try await listen()
    }

    // MARK: Listening

    /// The control socket first: who reads that a public listener is open may use the verbs at once.
    private func listen() async throws {
        try await listenForCommands()
        var gateways: [PersonalityID: Gateway] = [:]
        for (index, listener) in runtime.configuration.listeners.enumerated() {
            let gateway = try gateways[listener.personality] ?? gateway(listener.personality)
            gateways[listener.personality] = gateway
            try await listen(
                at: listener.listen, for: gateway, name: listener.personality.name, on: shards,
                identity: identities[index])
        }
        try await smtp?.listen(runtime, limits: limits, refusals: refusals)
        if let address = runtime.configuration.admin {
            let draining = runtime.isEnding
            let token = try AdminToken.read(runtime.configuration, random: runtime.random)
            let admin = AdminService(runtime, token: token, metrics: metrics) { draining.isSet }
            try await listen(at: address, for: admin, name: "admin", on: Array(shards.prefix(1)), isReserved: true)
        }
    }

    /// Who has figures for the metrics page.
    private var metrics: [any MetricSource] {
        let personalities = runtime.personalities.map(\.id)
        let sources: [(any MetricSource)?] = [
            HTTPMetrics(shards, personalities: personalities), smtp?.metrics,
            runtime.reports.map { ReportMetrics($0) },
            StoreMetrics(runtime.store, claims: runtime.claims, limits: limits, personalities: personalities),
            QueueMetrics(
                mail: runtime.dispatcher, webhooks: runtime.webhooks.dispatcher, relays: runtime.relays.dispatcher,
                store: runtime.store, time: runtime.time),
            ProcessMetrics(workers: runtime.workers, started: runtime.started),
        ]
        return sources.compactMap { $0 }
    }

    private func gateway(_ id: PersonalityID) throws -> Gateway {
        guard let personality = runtime.personality(id), let limiter = limits[id] else {
            throw StartError.configuration("listeners: unknown personality \(id)")
        }
        var environment = Gateway.Environment(
            runtime.kernel, templates: runtime.templates, timeZones: runtime.timeZones, limiter: limiter,
            ids: runtime.ids(personality), clients: ClientAddress(proxies: runtime.configuration.proxies),
            time: runtime.time, random: runtime.random, options: runtime.configuration.options[id] ?? [:],
            refusals: refusals, faults: runtime.faults, log: log)
        environment.largeAnswers = answers
        do {
            return try Gateway(personality, in: environment)
        } catch {
            throw StartError.routes("\(id): \(error)")
        }
    }

    /// The first shard may let the kernel choose the port; the others share it. Sharing would also let in another
    /// server of the same user, so a socket that shares with nobody is bound first, to see whether the address is free.
    private func listen(
        at address: SocketAddress, for service: any HTTPService, name: String, on shards: [HTTPShard],
        identity: TLSServerIdentity? = nil, isReserved: Bool = false
    ) async throws {
        var chosen = address
        do {
            if case .ip = address {
                chosen = try Socket.listen(at: address, sharesPort: false).localAddress() ?? address
            }
            for shard in shards {
                chosen = try await shard.listen(
                    at: chosen, service: service, name: name, identity: identity, isReserved: isReserved)
            }
        } catch {
            throw StartError.cannotListen(name, address, error)
        }
        log.info("listening") { line in
            line.add("service", OperatorText(name))
            switch chosen {
            case .ip(let ip, let port):
                line.add("address", ip)
                line.add("port", port)
                line.add("tls", identity != nil)
            case .path(let path): line.add("path", OperatorText(path))
            }
        }
    }

    /// The control socket, for the server's own user alone. A file that a crash left behind is removed: the database's
    /// lock says that nobody listens there.
    private func listenForCommands() async throws {
        let path = ControlSocket.path(database: runtime.configuration.database)
        try Files.remove(path)
        try await listen(
            at: .path(path), for: ControlService(runtime), name: "control", on: Array(shards.prefix(1)),
            isReserved: true)
        try Files.setMode(path, 0o600)
    }

    // MARK: Reloading

    /// Takes over what can change while serving: rate limits, quotas, and the certificates of listeners. For everything
    /// else it says that a restart is needed.
    func reload(_ configuration: Configuration) async {
        _ = await runtime.store.commit([.limits(.setDefaultQuotas(configuration.quotas))])
        for personality in runtime.personalities {
            limits[personality.id]?.setTiers(configuration.tiers(of: personality))
        }
        var rest = configuration
        rest.limits = runtime.configuration.limits
        rest.quotas = runtime.configuration.quotas
        ListenerIdentities.replace(identities, by: &rest, of: runtime.configuration, log)
        smtp?.reload(configuration)
        rest.smtp?.tls = runtime.configuration.smtp?.tls
        log.info("reloaded") { $0.add("restartNeeded", rest != runtime.configuration) }
    }

    // MARK: Ending

    /// Lets requests and deliveries in flight finish, for as long as the configuration allows, then closes what is
    /// left. Nothing acknowledged is lost either way: what was in flight is due again at the next start.
    func stop() async {
        runtime.isEnding.set()
        let deadline = runtime.configuration.drain
        log.info("draining") { $0.add("deadline", deadline) }
        await within(deadline) { [runtime, shards, smtp] in
            async let mail: Void? = smtp?.drain()
            // All at once: a request that runs on one shard keeps no idle connection open on another.
            await withTaskGroup { group in
                for shard in shards { group.addTask { await shard.drain() } }
            }
            await mail
            await runtime.dispatcher.drain()
            await runtime.webhooks.dispatcher.drain()
            await runtime.relays.dispatcher.drain()
            await runtime.records.timers.drain()
            await runtime.outbound.transport.close()
        }
        await runtime.endLookUps()
        for shard in shards { await shard.closeAll() }
        await smtp?.closeAll()
        await saveRateWindows()
        for shard in shards { shard.loop.stop() }
        for thread in threads { thread.join() }
        await runtime.keyUses.write()
        runtime.close()
        try? Files.remove(ControlSocket.path(database: runtime.configuration.database))
        log.tellRepeats(all: true)
        log.info("stopped")
    }

    /// What would not survive: the next start goes on with it. A store that cannot take it has said so in the log.
    private func saveRateWindows() async {
        housekeeping.stop()
        _ = await runtime.store.commit([.limits(.saveRateWindows(limits.shortLivedWindows()))])
    }

    /// Waits for `work`, but no longer than `deadline`; then it is left to itself.
    private func within(_ deadline: Duration, _ work: @escaping @Sendable () async -> Void) async {
        await withCheckedContinuation { continuation in
            let first = FirstToFinish(continuation)
            Task {
                await work()
                first.finished()
            }
            Task { [runtime] in
                await runtime.dispatcher.pause(deadline)
                first.finished()
            }
        }
    }
}

/// Resumes its waiter once, whoever comes first.
private final class FirstToFinish: Sendable {
    private let waiter: Mutex<CheckedContinuation<Void, Never>?>

    init(_ waiter: CheckedContinuation<Void, Never>) { self.waiter = Mutex(waiter) }

    func finished() {
        waiter.withLock { waiter in
            waiter?.resume()
            waiter = nil
        }
    }
}

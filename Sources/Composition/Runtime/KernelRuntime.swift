import AdapterKit
import Base
import Crypto
import Kernel
import MailFormat
import Model
import Ports
import Posix
import Resolver
import Storage

/// The kernel with its engines, without any listener: what a server and an offline command both need.
///
/// Holds the database's exclusive lock while it lives, so there is only ever one writer.
final class KernelRuntime: Sendable {
    let configuration: Configuration
    let personalities: [any Personality]
    let store: SQLiteStore
    let directory: Directory
    let dispatcher: Dispatcher
    let postOffice: PostOffice
    let mail: MailService
    let idempotency: Idempotency
    let claims: ClaimTable
    let administration: Administration
    let resolver: DNSResolver
    let domainWatch: DomainWatch
    let domains: DomainService
    let keyUses: KeyUseLog
    let suppressions: SuppressionService
    /// nil where nobody takes reports.
    let reports: ReportService?
    /// nil where faults are not allowed, and where nothing is served that could raise them.
    let faults: FaultTable?
    let outbound: OutboundHTTP
    let webhooks: WebhookRuntime
    let relays: RelayRuntime
    let time: any TimeSource
    let random: any RandomSource
    let log: Log
    let workers: WorkerPool
    let started: Instant
    private let idKey: [UInt8]
    private let deliveryLoop: EventLoop
    private let deliveryThread: Thread
    private let lock: DatabaseLock

    /// Opens everything, and takes over what an earlier process left unfinished. `delivers` false leaves the queue
    /// alone: an offline command looks and changes, it does not send.
    init(_ configuration: Configuration, delivers: Bool, log: Log) async throws {
        let time = SystemTime()
        let random = SystemRandom()
        started = time.now
        lock = try DatabaseLock(database: configuration.database)
        let keyFile = try KeyFile(
            path: configuration.keyFile, database: configuration.database, random: random)
        store = try Self.openStore(configuration, time: time, log: log)
        directory = Directory(try await store.directory())
        workers = try WorkerPool(name: "worker", threads: Machine.coreCount, capacity: RuntimeLimits.waitingWork)
        let sealing = try SealingKey(bytes: keyFile.key("sealing"))
        let keyring = Keyring(sealing: sealing, random: random)
        idKey = keyFile.key("public ids")
        let returnPaths = Self.returnPaths(configuration, idKey: idKey)
        postOffice = PostOffice(
            store: store, directory: directory, keyring: keyring, workers: workers,
            selectors: Dictionary(uniqueKeysWithValues: Adapters.all.map { ($0.id, $0.selectors) }),
            algorithms: Set(configuration.delivery.signatures), idKey: idKey,
            unsubscribeBase: Self.unsubscribeBase(configuration), returnPaths: returnPaths)
        let simulation = SimulationPolicy(
            capturesEverything: configuration.delivery.mode == .capture,
            localPartsDecide: configuration.delivery.localPartOutcomes)
        let reporter = StatusReporter(
            store: store, directory: directory, postOffice: postOffice, hostName: configuration.delivery.hostname,
            simulation: simulation, retries: Self.retries(configuration), time: time)
        let mailbox = Maildir(
            folder: configuration.database + ".postmaster", workers: workers, time: time, random: random)
        let ownNames = [configuration.smtp?.hostname, configuration.delivery.hostname].compactMap { $0?.lowercased() }
        reports = returnPaths.map { [store, directory, workers, idKey] in
            ReportService(
                store: store, directory: directory, returnPaths: $0, ownNames: Set(ownNames), mailbox: mailbox,
                idKey: idKey, reporter: reporter, workers: workers, time: time, log: log)
        }
        deliveryLoop = try EventLoop(name: "delivery", time: time)
        resolver = DNSResolver(
            ResolverConfiguration(
                servers: configuration.dnsServers.isEmpty ? SystemServers.read() : configuration.dnsServers),
            loop: deliveryLoop, time: time, random: random)
        dispatcher = Dispatcher(
            loop: deliveryLoop, store: store,
            transport: try Transports.transport(
                for: configuration, resolver: resolver, loop: deliveryLoop, workers: workers, time: time,
                random: random, log: log),
            postOffice: postOffice, reporter: reporter,
            pace: LanePace(perDestination: configuration.delivery.perDestination), time: time,
            random: random, log: log)
        mail = MailService(
            store: store, directory: directory, deliveries: dispatcher, simulation: simulation,
            retries: Self.retries(configuration), time: time)
        administration = Administration(
            store: store, directory: directory, keyring: keyring, workers: workers, time: time, random: random)
        let planners = DomainPlans.planners(configuration, challengeKey: keyFile.key("domain challenges"))
        let rotator = KeyRotator(store: store, directory: directory, keyring: keyring, workers: workers, time: time)
        domainWatch = DomainWatch(
            loop: deliveryLoop,
            checker: DomainChecker(resolver: resolver, planners: Array(planners.values), time: time),
            planners: Array(planners.values), rotator: rotator, store: store, directory: directory, time: time,
            random: random, log: log)
        domains = DomainService(
            administration: administration, store: store, directory: directory, watch: domainWatch,
            rotator: rotator, planners: planners)
        keyUses = KeyUseLog(store: store, loop: deliveryLoop)
        suppressions = SuppressionService(store: store, directory: directory, time: time)
        claims = ClaimTable(time: time)
        idempotency = Idempotency(
            store: store, claims: claims, sealing: try SealingKey(bytes: keyFile.key("answers")),
            time: time, random: random)
        faults = configuration.allowsFaults && delivers ? FaultTable(random: random) : nil
        outbound = try OutboundHTTP(configuration, time: time)
        webhooks = WebhookRuntime(
            configuration, outbound, store: store, sealing: sealing, idKey: idKey, time: time, random: random, log: log)
        relays = RelayRuntime(
            outbound, store: store, directory: directory, resolver: resolver, sealing: sealing, time: time,
            random: random, log: log)
        personalities = Adapters.all
        self.configuration = configuration
        self.time = time
        self.random = random
        self.log = log
        deliveryThread = deliveryLoop.start()
        store.observe(dispatcher)
        if !delivers { await dispatcher.hold() }
        try await loadQueue()
        if delivers { await domainWatch.start() }
        try await webhooks.resume(store, delivers: delivers)
        try await relays.resume(store, delivers: delivers)
    }

    /// Piece by piece, so that a million rows are never in memory twice; the next is read while one is taken over.
    private func loadQueue() async throws(KernelFailure) {
        let dispatcher = dispatcher
        var deliveries = try await store.pendingDeliveries(
            after: DeliveryID(packed: 0), limit: RuntimeLimits.deliveriesPerLoad)
        while let last = deliveries.last {
            let piece = deliveries
            async let takenOver: Void = dispatcher.insert(piece)
            let following = try await store.pendingDeliveries(
                after: last.id, limit: RuntimeLimits.deliveriesPerLoad)
            await takenOver
            deliveries = following
        }
    }

    private static func retries(_ configuration: Configuration) -> RetryPolicy {
        var retries = RetryPolicy(listed: configuration.delivery.retries)
        retries.lifetime = configuration.delivery.lifetime
        return retries
    }

    private static func openStore(
        _ configuration: Configuration, time: any TimeSource, log: Log
    ) throws(StartError) -> SQLiteStore {
        do {
            return try SQLiteStore.open(
                path: configuration.database, origins: Adapters.all.map(\.id),
                webhooks: WebhookRuntime.rules(configuration),
                suppressing: Dictionary(uniqueKeysWithValues: Adapters.all.map { ($0.id, $0.autoSuppression) }),
                time: time, log: log)
        } catch {
            throw .database(path: configuration.database, reason: error.description)
        }
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

    /// The public ids of a personality's rows.
    func ids(_ personality: any Personality) -> PublicIDs { PublicIDs(key: idKey, of: personality) }

    func personality(_ id: PersonalityID) -> (any Personality)? { personalities.first { $0.id == id } }

    /// Begins no further check of a domain, and waits for no further answer of a name server.
    func endLookUps() async {
        await domainWatch.stop()
        await resolver.close()
    }

    /// Ends in the reverse order of the start. What the writer has taken is committed; a delivery that is still in
    /// flight is due again at the next start.
    func close() {
        deliveryLoop.stop()
        deliveryThread.join()
        outbound.close()
        store.close()
        workers.stop()
    }
}

/// The exclusive right to a database, beside it in a file of its own.
final class DatabaseLock: Sendable {
    private let lock: FileLock

    init(database: String) throws(StartError) {
        do {
            try Files.makeFolder(Files.parent(of: database))
            guard let lock = try FileLock.acquire(database + ".lock") else { throw StartError.locked(path: database) }
            self.lock = lock
        } catch let error as StartError {
            throw error
        } catch {
            throw .database(path: database, reason: "\(error)")
        }
    }
}

/// The limits of the assembled program, with their units.
enum RuntimeLimits {
    /// Pieces of work that may wait for the worker threads.
    static let waitingWork = 10_000
    /// How long a command waits for the running server's answer.
    static let controlTimeout: Duration = .seconds(60)
    /// How long `event list --follow` lets the server hold a question open.
    static let followWait: Duration = .seconds(20)
    /// How often the server looks for new events meanwhile.
    static let followInterval: Duration = .milliseconds(100)
    /// Events in one answer at most.
    static let eventsPerAnswer = 1000
    /// Rows of the queue read at once when the program starts.
    static let deliveriesPerLoad = 20_000
    /// Messages in one list at most.
    static let messagesPerList = 1000
    /// Bytes of a configuration file.
    static let configurationBytes = 1 << 20
    /// Bytes of a command line on its way to the server.
    static let commandBytes = 1 << 20
    /// Bytes of a file that holds a secret.
    static let secretFileBytes = 4096
    /// How often rate windows are saved that no commit has taken along.
    static let housekeepingInterval: Duration = .seconds(1)
    /// How often rows that have ended are removed.
    static let purgeInterval: Duration = .seconds(3600)
}

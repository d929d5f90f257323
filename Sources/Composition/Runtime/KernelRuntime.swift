import AdapterKit
import Base
import Crypto
import Kernel
import MailFormat
import Mailing
import Model
import Ports
import Posix
import Resolver
import Storage

/// The kernel with its engines, without any listener: what a server and an offline command both need. What the kernel
/// consists of (`KernelServices`) is read off the runtime itself.
///
/// Holds the database's exclusive lock while it lives, so there is only ever one writer.
@dynamicMemberLookup
final class KernelRuntime: Sendable {
    let configuration: Configuration
    let personalities: [any Personality]
    let store: any Engine
    let kernel: KernelServices
    let templates: TemplateService
    let timeZones: ZoneFiles
    let resolver: DNSResolver
    /// nil where faults are not allowed, and where nothing is served that could raise them.
    let faults: FaultTable?
    let outbound: OutboundHTTP
    let mailbox: Maildir
    /// Something is to be removed as a whole.
    let removalCalls = WorkCalls()
    let time: any TimeSource
    let random: any RandomSource
    let log: Log
    let workers: WorkerPool
    private let keyWorkers: WorkerPool
    let started: Instant
    /// Set when the end begins.
    let isEnding = DrainFlag()
    private let idKey: [UInt8]
    private let deliveryLoop: EventLoop
    private let deliveryThread: Thread
    private let lock: DatabaseLock

    /// Opens everything, and takes over what an earlier process left unfinished. `delivers` false leaves the queue
    /// alone: an offline command looks and changes, it does not send.
    init(_ configuration: Configuration, delivers: Bool, log: Log) async throws {
        try Prerequisites.look(configuration)
        let time = SystemTime()
        let random = SystemRandom()
        started = time.now
        lock = try DatabaseLock(database: configuration.database)
        let keyFile = try KeyFile(
            path: configuration.keyFile, database: configuration.database, random: random)
        let seal = StoreSeal(
            key: try SealingKey(bytes: keyFile.key("stored bodies")), random: random, isOn: configuration.sealsBodies)
        store = try Engines.open(configuration, seal: seal, time: time, log: log)
        workers = try WorkerPool(name: "worker", threads: Machine.coreCount, capacity: RuntimeLimits.waitingWork)
        keyWorkers = try WorkerPool(
            name: "keys", threads: 1, capacity: RuntimeLimits.waitingWork, givesWay: true)
        idKey = keyFile.key("public ids")
        let check = KeyCheck(store: store, sealing: try SealingKey(bytes: keyFile.key("sealing")), random: random)
        guard try await check.holds() else {
            throw StartError.keyFile(
                path: configuration.keyFile,
                reason: "it is not the one that \(configuration.database) was made with: put that one back")
        }
        deliveryLoop = try EventLoop(name: "delivery", time: time)
        resolver = DNSResolver(
            ResolverConfiguration(
                servers: configuration.dnsServers.isEmpty ? SystemServers.read() : configuration.dnsServers),
            loop: deliveryLoop, time: time, random: random)
        let hosts = HostsResolver(HostsTable.read(), behind: resolver)
        outbound = try OutboundHTTP(configuration, resolver: hosts, time: time)
        personalities = Adapters.all
        faults = configuration.allowsFaults && delivers ? FaultTable(random: random) : nil
        mailbox = Maildir(
            folder: configuration.database + ".postmaster", workers: workers, time: time, random: random)
        self.configuration = configuration
        self.time = time
        self.random = random
        self.log = log
        let ground = Assembly.Ground(
            store: store, deliveryLoop: deliveryLoop, outboundLoop: outbound.loop,
            mail: try Transports.transport(
                for: configuration, resolver: resolver, hosts: hosts, loop: deliveryLoop, time: time, random: random,
                log: log),
            http: outbound.transport, egress: outbound.egress, resolver: resolver, mailbox: mailbox,
            workers: workers, keyWorkers: keyWorkers, time: time, random: random, log: log)
        kernel = try await Assembly(
            on: ground, dialects: KernelPlan.dialects(configuration, keyFile),
            settings: KernelPlan.settings(configuration, keyFile)
        ).services()
        templates = TemplateService(store: store, time: time)
        timeZones = ZoneFiles(workers: workers)
        deliveryThread = deliveryLoop.start()
        try await kernel.resume(from: store, delivers: delivers)
    }

    subscript<Value>(dynamicMember member: KeyPath<KernelServices, Value>) -> Value { kernel[keyPath: member] }

    /// The public ids of a personality's rows.
    func ids(_ personality: any Personality) -> PublicIDs { PublicIDs(key: idKey, of: personality) }

    func personality(_ id: PersonalityID) -> (any Personality)? { personalities.first { $0.id == id } }

    /// Begins no further check of a domain, and waits for no further answer of a name server.
    func endLookUps() async {
        await kernel.domainWatch.stop()
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
        keyWorkers.stop()
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
    /// A file of the time zone database, and a zone's name.
    static let zoneFileBytes = 64 << 10
    static let zoneNameBytes = 64
    /// Pieces of work that may wait for the worker threads.
    static let waitingWork = 10_000
    /// How long a command waits for the running server's answer.
    static let controlTimeout: Duration = .seconds(60)
    /// How often `event list --follow` looks for a server where none runs.
    static let serverWait: Duration = .milliseconds(500)
    /// How long `event list --follow` lets the server hold a question open.
    static let followWait: Duration = .seconds(20)
    /// How often the server looks for new events meanwhile.
    static let followInterval: Duration = .milliseconds(100)
    /// Events in one answer at most.
    static let eventsPerAnswer = 1000
    /// Messages in one list at most.
    static let messagesPerList = 1000
    /// Rows that a list may pass over.
    static let skipMax = 1_000_000
    /// Bytes of a configuration file.
    static let configurationBytes = 1 << 20
    /// Bytes of a command line on its way to the server.
    static let commandBytes = 6 << 20
    /// Bytes of a file that stands for an option's value.
    static let optionFileBytes = 2 << 20
    /// Bytes of a file of certificates to trust; a system's own has a quarter of a million.
    static let trustFileBytes = 16 << 20
    /// Bytes of a file that holds a secret.
    static let secretFileBytes = 4096
    /// How often rate windows are saved that no commit has taken along.
    static let housekeepingInterval: Duration = .seconds(1)
    /// Between slices of messages that end.
    static let messageEndRest: Duration = .milliseconds(25)
    /// How often rows that have ended are removed.
    static let purgeInterval: Duration = .seconds(3600)
}

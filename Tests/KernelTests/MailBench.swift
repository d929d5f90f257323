import Base
import Kernel
import Model
import Ports
import TestKit

/// The kernel's mail machinery around a store in memory, on a loop that is turned by hand.
struct MailBench {
    let time = HandTime()
    let loop: HandLoop
    let store: MemoryStore
    let transport: ScriptedTransport?
    let dispatcher: Dispatcher
    let reporter: StatusReporter
    let office: PostOffice
    let service: MailService
    let directory: Directory
    let log = CollectingLog()

    static let hostName = "mail.example.com"
    static let delays: [Duration] = [.seconds(60), .seconds(300)]

    init(
        store: MemoryStore = MemoryStore(), transport: ScriptedTransport? = ScriptedTransport(),
        directory: Directory = Fixture.directory(), keyring: Keyring? = nil, pace: LanePace = LanePace(),
        algorithms: Set<SigningKey.Algorithm> = [.rsa, .ed25519], returnPaths: ReturnPaths? = nil,
        keepsBcc: Bool = false
    ) throws {
        loop = HandLoop(time: time)
        self.store = store
        self.transport = transport
        transport?.serve(loop)
        self.directory = directory
        office = PostOffice(
            store: store, directory: directory, keyring: try keyring ?? Fixture.keyring(), workers: ImmediateWorkers(),
            selectors: [Fixture.personality: DKIMSelectors(rsa: "r", ed25519: "e")], algorithms: algorithms,
            idKey: Array(repeating: 1, count: 32), unsubscribeBase: "https://mail.example/u/",
            returnPaths: returnPaths, keepsBcc: keepsBcc)
        let simulation = SimulationPolicy(capturesEverything: transport == nil, localPartsDecide: true)
        reporter = StatusReporter(
            store: store, directory: directory, postOffice: office, hostName: Self.hostName, simulation: simulation,
            retries: Fixture.retries, time: time)
        dispatcher = Dispatcher(
            loop: loop, store: store, transport: transport, postOffice: office, reporter: reporter, pace: pace,
            time: time, random: SeededRandom(seed: 1), log: log.log(time: time))
        service = MailService(
            store: store, directory: directory, deliveries: dispatcher, simulation: simulation,
            retries: Fixture.retries, transport: transport, time: time)
        store.observe(dispatcher)
    }

    /// Accepts a message as the store's callers do; its number.
    @discardableResult
    func accept(_ message: NewMessage = Fixture.message()) async -> Message.ID {
        let outcome = await store.commit([.accept(message)]).first
        gather()
        if case .accepted(let acceptance) = outcome { return acceptance.message }
        return Message.ID(0)
    }

    /// Lets the time pass that new deliveries wait for company.
    func gather() { loop.advance(by: KernelLimits.gatheringDelay) }

    func states(_ id: Message.ID) async throws -> [Recipient.State] {
        try await store.message(id, content: false)?.recipients.map(\.state) ?? []
    }

    func kinds(_ id: Message.ID) async throws -> [MailEvent.Kind] {
        try await store.message(id, content: false)?.events.map(\.kind) ?? []
    }

    func pending() async throws -> [PendingDelivery] { try await store.pendingDeliveries() }
}

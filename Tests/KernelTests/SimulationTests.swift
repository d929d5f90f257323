import Base
import Kernel
import Model
import Ports
import TestKit
import Testing

/// Months of a small server's life in a moment: random sends, answers, crashes, failures of the disk and of the clock.
@Suite("Simulation of queue and delivery")
struct SimulationTests {
    @Test("Every accepted delivery ends once, and none is lost", arguments: 1...40 as ClosedRange<UInt64>)
    func everythingEnds(seed: UInt64) async throws {
        var server = try SimulatedServer(seed: seed)
        let faults = try await server.live()
        #expect(faults == [], "seed \(seed)")
    }

    @Test("A server that forgets its queue when it crashes is found out")
    func canary() async throws {
        var faults: [String] = []
        for seed: UInt64 in 1...5 {
            var server = try SimulatedServer(seed: seed, forgetsQueue: true)
            faults += try await server.live()
        }
        #expect(!faults.isEmpty)
    }

    @Test("The judge sees an end too many, an end too few, and work left over")
    func judge() async throws {
        let store = MemoryStore()
        for _ in 0..<3 { _ = await store.commit([.accept(Fixture.message())]) }
        let numbers = store.messageIDs.map(\.value)
        _ = await store.commit([
            .settle([
                Fixture.settlement(numbers[0], .finished([.delivered, .bounced])),
                Fixture.settlement(numbers[1], .finished([.transmitted])),
            ])
        ])
        #expect(
            try await SimulatedServer.faults(of: store) == [
                "message \(numbers[0]) recipient 0 has 2 ends", "message \(numbers[1]) recipient 0 has 0 ends",
                "message \(numbers[2]) recipient 0 has 0 ends",
                "1 deliveries are left over",
            ])
    }
}

/// One random life, the same for the same seed.
private struct SimulatedServer {
    private let random: SeededRandom
    private let forgetsQueue: Bool
    private let store = MemoryStore()
    private let transport: ScriptedTransport
    private var bench: MailBench
    private var accepted: [Message.ID] = []

    init(seed: UInt64, forgetsQueue: Bool = false) throws {
        let random = SeededRandom(seed: seed)
        self.random = random
        self.forgetsQueue = forgetsQueue
        transport = ScriptedTransport(parcelsPerSession: 3, sessionsPerLane: 2) { _, _ in
            random.element(of: [
                ScriptedTransport.accepted, ScriptedTransport.accepted, ScriptedTransport.refused,
                ScriptedTransport.deferred,
            ])
        }
        bench = try MailBench(store: store, transport: transport)
    }

    /// What went wrong.
    mutating func live() async throws -> [String] {
        for _ in 0..<120 { try await act() }
        try await settleDown()
        let total = try await store.messages(MessageQuery(tenant: nil, slice: Slice(offset: 0, limit: 1))).total ?? 0
        let lost = total == accepted.count ? [] : ["\(accepted.count) were accepted, \(total) are there"]
        return try await Self.faults(of: store) + lost
    }

    private mutating func act() async throws {
        switch random.int(in: 0..<12) {
        case 0...3: try await send()
        case 4...6: bench.loop.advance(by: .seconds(random.int(in: 0..<400)))
        case 7: transport.hold()
        case 8: transport.release()
        case 9: await change()
        case 10: bench.time.jump(by: .seconds(random.int(in: -5000..<5000)))
        default: random.once(in: 2) ? try await crash() : store.refuseNext([.storageUnavailable, .storageUnavailable])
        }
    }

    private mutating func send() async throws {
        let to = (0..<random.int(in: 1..<4)).map { "r\($0)@\(random.element(of: ["x.net", "y.net", "z.net"]))" }
        let later = random.once(in: 3) ? bench.time.now + .seconds(random.int(in: 1..<2000)) : nil
        let results = try await bench.service.send(
            [Fixture.submission(to: to, scheduledAt: later)], by: Principal(Fixture.key())
        ).run()
        if case .success(let acceptance) = results.first { accepted.append(acceptance.message) }
        if random.once(in: 2) { bench.gather() }
    }

    private func change() async {
        guard !accepted.isEmpty,
            let message = try? await bench.service.message(random.element(of: accepted), of: Fixture.owner)
        else { return }
        if random.once(in: 2) {
            _ = try? await bench.service.cancel(message).run()
        } else {
            _ = try? await bench.service.reschedule(message, to: bench.time.now + .seconds(random.int(in: 0..<900)))
                .run()
        }
    }

    /// The process dies between any two moments, and another one begins with what is on disk.
    private mutating func crash() async throws {
        bench.loop.kill()
        transport.release()
        bench = try MailBench(store: store, transport: transport)
        if !forgetsQueue { await bench.dispatcher.insert(try await store.pendingDeliveries()) }
    }

    /// The disk and the next hop are well again, and time goes on until nothing is to be done.
    private func settleDown() async throws {
        store.refuseNext([])
        transport.release()
        for _ in 0..<200 where try await !store.pendingDeliveries().isEmpty { bench.loop.advance(by: .seconds(600)) }
    }

    static func faults(of store: MemoryStore) async throws -> [String] {
        let ends: Set<MailEvent.Kind> = [.delivered, .bounced, .softBounced, .failed, .cancelled]
        var faults: [String] = []
        let page = try await store.messages(MessageQuery(tenant: nil, slice: Slice(offset: 0, limit: .max)))
        for message in page.items.reversed() {
            for index in message.recipients.indices {
                let count = message.events.count { ends.contains($0.kind) && ($0.recipient ?? index) == index }
                if count != 1 { faults.append("message \(message.id.value) recipient \(index) has \(count) ends") }
            }
        }
        let pending = try await store.pendingDeliveries().count
        return pending == 0 ? faults : faults + ["\(pending) deliveries are left over"]
    }
}

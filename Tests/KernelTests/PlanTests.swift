import Base
import Kernel
import Model
import Ports
import Synchronization
import TestKit
import Testing

@Suite("Plans")
struct PlanTests {
    private let store = MemoryStore()

    private func account(_ name: String = "a") -> Plan<Int64> {
        Plan(.directory(.createAccount(name: name, parent: nil, at: Fixture.start)), on: store) { $0 }
    }

    /// Refused, as there is no such key.
    private var refused: Plan<Int64> {
        Plan(.directory(.revokeKey(AccessKey.ID(99), at: Fixture.start)), on: store) { $0 }
    }

    private func accounts() async throws -> Int { try await store.directory().accounts.count }

    @Test("A plan that nobody runs changes nothing, and one that is run comes to what its changes did")
    func run() async throws {
        let plan = account().map { "number \($0)" }
        #expect(try await accounts() == 0)
        #expect(try await plan.run() == "number 1")
        #expect(try await accounts() == 1)
        await #expect(throws: KernelFailure.notFound(.key)) { try await refused.run() }
    }

    @Test("What is made of the value may fail, and undoes nothing")
    func failingMap() async throws {
        let plan: Plan<Int64> = account().map { _ throws(KernelFailure) in throw .draining }
        await #expect(throws: KernelFailure.draining) { try await plan.run() }
        #expect(try await accounts() == 1)
    }

    @Test("Two plans as one are made both or neither")
    func both() async throws {
        #expect(try await account().and(account()).run() == (1, 2))
        await #expect(throws: KernelFailure.notFound(.key)) { try await account().and(refused).run() }
        await #expect(throws: KernelFailure.notFound(.key)) { try await refused.and(account()).run() }
        #expect(try await accounts() == 2)
        let nested = try await account().and(account()).and(account()).run()
        #expect(nested.0 == (3, 4) && nested.1 == 5)
    }

    @Test("All are made or none, and of no plans nothing comes")
    func all() async throws {
        #expect(try await Plan.all([account(), account(), account()]).run() == [1, 2, 3])
        await #expect(throws: KernelFailure.notFound(.key)) { try await Plan.all([account(), refused]).run() }
        #expect(try await Plan<Int64>.all([]).run() == [])
        #expect(try await accounts() == 3)
    }

    @Test("What is refused before there is a change refuses what it is joined with")
    func refusedAtOnce() async throws {
        let nothing = Plan<Int64>.nothing(.failure(.draining))
        await #expect(throws: KernelFailure.draining) { try await account().and(nothing).run() }
        await #expect(throws: KernelFailure.draining) { try await nothing.and(account()).run() }
        await #expect(throws: KernelFailure.draining) { try await Plan.all([account(), nothing]).run() }
        #expect(try await accounts() == 0)
        #expect(try await Plan.each([nothing, account()]).run() == [.failure(.draining), .success(1)])
    }

    @Test("Each on its own: a refusal is its own alone")
    func each() async throws {
        let results = try await Plan.each([account(), refused, account().and(account()).map { $0 + $1 }]).run()
        #expect(results == [.success(1), .failure(.notFound(.key)), .success(5)])
        #expect(try await accounts() == 3)
    }

    @Test("What follows in memory follows what was made, and not what was refused")
    func followed() async throws {
        let told = Recorder()
        try await account().followed { told.note("made \($0)") }.run()
        _ = try? await refused.followed { told.note("refused \($0)") }.run()
        _ = try? await account().followed { told.note("joined \($0)") }.and(refused).run()
        _ = try await Plan.each([refused, account()].map { $0.followed { told.note("each \($0)") } }).run()
        #expect(told.notes == ["made 1", "each 2"])
    }

    @Test("What is held is taken in order and given back in the opposite one, told what came of its own changes")
    func holds() async throws {
        let told = Recorder()
        try await held("a", account(), told).and(held("b", account().and(account()), told)).run()
        #expect(told.notes == ["take a", "take b", "b got [2, 3]", "a got [1]"])
        told.clear()
        _ = try? await held("a", account(), told).and(held("b", refused, told)).run()
        #expect(told.notes == ["take a", "take b", "b got nothing", "a got nothing"])
    }

    @Test("Where something cannot be held nothing is made, and what was taken is given back")
    func cannotHold() async throws {
        let told = Recorder()
        let busy = Plan<Int64>(
            [.directory(.createAccount(name: "b", parent: nil, at: Fixture.start))], on: store,
            hold: { () async throws(KernelFailure) -> Plan<Int64>.Release in throw .draining },
            value: { _ in .success(0) })
        await #expect(throws: KernelFailure.draining) {
            try await held("a", account(), told).and(busy).run()
        }
        #expect(told.notes == ["take a", "a got nothing"])
        #expect(try await accounts() == 0)
    }

    @Test("A message whose cancellation falls with another change is sent when it is due")
    func cancelFalls() async throws {
        let transport = ScriptedTransport()
        let bench = try MailBench(store: store, transport: transport)
        let id = await bench.accept(Fixture.message(Fixture.submission(scheduledAt: Fixture.start + .seconds(60))))
        let message = try #require(try await bench.service.message(id, of: Fixture.owner))
        await #expect(throws: KernelFailure.notFound(.key)) {
            try await bench.service.cancel(message).and(refused).run()
        }
        bench.loop.advance(by: .seconds(60))
        #expect(transport.attempts == 1)
    }

    private func held<Value>(_ name: String, _ plan: Plan<Value>, _ told: Recorder) -> Plan<Value> {
        Plan(
            plan.changes, on: store,
            hold: { () async throws(KernelFailure) -> Plan<Value>.Release in
                told.note("take \(name)")
                return { outcomes in
                    told.note("\(name) got \(outcomes.map { "\($0.flatMap(\.serials))" } ?? "nothing")")
                }
            }, value: plan.value(of:))
    }
}

/// What was heard, in order.
private final class Recorder: Sendable {
    private let lines = Mutex<[String]>([])

    func note(_ line: String) { lines.withLock { $0.append(line) } }
    func clear() { lines.withLock { $0 = [] } }
    var notes: [String] { lines.withLock { $0 } }
}

extension ChangeOutcome {
    fileprivate var serials: [Int64] {
        switch self {
        case .done(let serial): [serial]
        case .all(let parts): parts.flatMap(\.serials)
        case .accepted, .settled, .recorded, .keyed, .refused: []
        }
    }
}

import Base
import Kernel
import Model
import Ports
import Synchronization
import TestKit
import Testing

@Suite("Record timers")
struct RecordTimersTests {
    private let store = MemoryStore()
    private let loop = HandLoop(time: HandTime())

    /// What is due becomes `late`, and what is called `lazy` stays as it is.
    private func timers() -> RecordTimers {
        let rule: RecordTimers.Rule = { record, now in
            if record.body == Array("lazy".utf8) { return nil }
            let edit = RecordEdit(
                record.id, collection: record.space.collection, expecting: .version(record.version), state: "late",
                body: record.body)
            return RecordUnit([.edit(edit)], at: now)
        }
        let timers = RecordTimers(
            loop: loop, store: store, rules: [Fixture.personality: ["case": rule]], time: loop.time,
            log: CollectingLog().log(time: loop.time))
        store.observe(records: timers)
        return timers
    }

    private func make(_ body: String = "{}", due seconds: Int) async {
        let new = Fixture.newRecord(body, due: loop.time.now + .seconds(seconds))
        _ = await store.commit([.record(RecordUnit([.insert(new)], at: loop.time.now))])
    }

    private func states() async throws -> [String] {
        try await store.records(RecordQuery(in: Fixture.space(), limit: 10_000)).records.reversed().map(\.state)
    }

    @Test("A record is woken at its time, and not before")
    func time() async throws {
        let timers = timers()
        try await timers.resume()
        await make(due: 10)
        loop.advance(by: .seconds(9))
        #expect(try await states() == ["open"])
        loop.advance(by: .seconds(1))
        #expect(try await states() == ["late"])
        #expect(try await store.nextDueRecord() == nil)
    }

    @Test("An earlier one that comes later is woken first")
    func order() async throws {
        let timers = timers()
        try await timers.resume()
        await make(due: 100)
        await make(due: 10)
        loop.advance(by: .seconds(10))
        #expect(try await states() == ["open", "late"])
        loop.advance(by: .seconds(90))
        #expect(try await states() == ["late", "late"])
    }

    @Test("What was due while nobody was there is woken at the start")
    func restart() async throws {
        await make(due: 10)
        loop.advance(by: .seconds(60))
        let timers = timers()
        #expect(try await states() == ["open"])
        try await timers.resume()
        loop.advance(by: .zero)
        #expect(try await states() == ["late"])
    }

    @Test("A record whose rule does nothing is not asked again and again")
    func lazy() async throws {
        let timers = timers()
        try await timers.resume()
        await make("lazy", due: 10)
        await make(due: 20)
        loop.advance(by: .seconds(20))
        #expect(try await states() == ["open", "late"])
        #expect(try await store.nextDueRecord() == nil)
    }

    @Test("More than one commit wakes are all woken")
    func many() async throws {
        for _ in 0..<1000 { await make(due: 10) }
        let timers = timers()
        try await timers.resume()
        loop.advance(by: .seconds(10))
        #expect(try await states().allSatisfy { $0 == "late" })
    }

    @Test("A store that takes nothing is asked again")
    func refusal() async throws {
        let timers = timers()
        try await timers.resume()
        await make(due: 10)
        store.refuseNext([.storageUnavailable])
        loop.advance(by: .seconds(10))
        #expect(try await states() == ["open"])
        loop.advance(by: .seconds(2))
        #expect(try await states() == ["late"])
    }

    @Test("Drained, it wakes nothing more")
    func drain() async throws {
        let timers = timers()
        try await timers.resume()
        await make(due: 10)
        await timers.drain()
        loop.advance(by: .seconds(10))
        #expect(try await states() == ["open"])
    }
}

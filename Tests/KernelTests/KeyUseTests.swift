import Base
import Kernel
import Model
import Ports
import TestKit
import Testing

@Suite("Key use")
struct KeyUseTests {
    private let time = HandTime()
    private let store = MemoryStore()

    private func bench() async -> (loop: HandLoop, log: KeyUseLog) {
        _ = await store.commit([
            .directory(.createAccount(name: "a", parent: nil, at: Fixture.start)),
            .directory(.createKey(Fixture.stored(Fixture.key(1)))),
            .directory(.createKey(Fixture.stored(Fixture.key(2)))),
        ])
        let loop = HandLoop(time: time)
        return (loop, KeyUseLog(store: store, loop: loop))
    }

    private func stored() async throws -> [Instant?] { try await store.directory().keys.map(\.key.lastUsedAt) }

    @Test("A use is news once a minute, and again when the clock was set back")
    func news() {
        let use = LastUse(nil)
        #expect(use.instant == nil)
        #expect(use.note(Fixture.start))
        #expect(!use.note(Fixture.start + .seconds(59)))
        #expect(use.instant == Fixture.start)
        #expect(use.note(Fixture.start + .seconds(60)))
        #expect(use.note(Fixture.start))
        #expect(use.instant == Fixture.start)
    }

    @Test("Uses within a few seconds are written together, a few seconds later")
    func together() async throws {
        let (loop, log) = await bench()
        log.note(AccessKey.ID(1), at: Fixture.start)
        log.note(AccessKey.ID(2), at: Fixture.start + .seconds(1))
        #expect(try await stored() == [nil, nil])
        loop.advance(by: KernelLimits.keyUseGathering)
        #expect(try await stored() == [Fixture.start, Fixture.start + .seconds(1)])
    }

    @Test("What the store cannot take is offered again")
    func again() async throws {
        let (loop, log) = await bench()
        log.note(AccessKey.ID(1), at: Fixture.start)
        store.refuseNext([.storageUnavailable])
        loop.advance(by: KernelLimits.keyUseGathering)
        #expect(try await stored() == [nil, nil])
        loop.advance(by: KernelLimits.keyUseGathering)
        #expect(try await stored() == [Fixture.start, nil])
    }

    @Test("What is gathered at the end is written at once")
    func atOnce() async throws {
        let (_, log) = await bench()
        log.note(AccessKey.ID(1), at: Fixture.start)
        await log.write()
        #expect(try await stored() == [Fixture.start, nil])
    }

    @Test("The gate notes who was let in, and nobody who was not")
    func gate() async throws {
        let (_, log) = await bench()
        let directory = Directory(try await store.directory())
        let gate = Gate(
            personality: Fixture.personality, steps: [.credential, .scope],
            form: CredentialForm(scheme: "Bearer", prefixes: []),
            scopes: ScopeVocabulary(words: ["send"], superset: nil, defaults: []), directory: directory,
            limiter: RateLimiter(tiers: [:]), uses: log)
        for (key, scope) in [(Int64(1), "send"), (2, "other")] {
            _ = gate.admit(
                Gate.Request(
                    authorization: ArraySlice("Bearer \(Fixture.secret(key))".utf8), clientAddress: nil, method: "GET",
                    path: "/", now: Fixture.start), requirement: Requirement(anyOf: [scope]), rateClass: RateClass("x"))
        }
        #expect(directory.keys.map(\.lastUsedAt) == [Fixture.start, nil])
        await log.write()
        #expect(try await stored() == [Fixture.start, nil])
    }
}

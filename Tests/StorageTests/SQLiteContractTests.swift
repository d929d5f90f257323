import Base
import Crypto
import Model
import Ports
import Posix
import Storage
import StoreConformance
import TestKit
import Testing

@Suite("SQLite store: the contract")
struct SQLiteContractTests {
    @Test("It keeps the contract of every store", arguments: StoreConformance.checks)
    func contract(_ check: StoreCheck) async throws { try await check.run(on: SQLiteFactory()) }

    @Test("It keeps the contract where everything is sealed", arguments: StoreConformance.checks)
    func contractSealed(_ check: StoreCheck) async throws {
        try await check.run(on: SQLiteFactory(seal: try SQLiteFactory.seal()))
    }

    @Test("It keeps the contract on a loop, where reads share snapshots", arguments: StoreConformance.checks)
    func contractOnLoop(_ check: StoreCheck) async throws {
        let loop = try EventLoop(name: "test", time: SystemTime())
        let thread = loop.start()
        defer {
            loop.stop()
            thread.join()
        }
        try await Task(executorPreference: loop) { try await check.run(on: SQLiteFactory()) }.value
    }

    @Test("The store in memory, which other tests stand on, keeps it too", arguments: StoreConformance.checks)
    func memory(_ check: StoreCheck) async throws { try await check.run(on: MemoryFactory()) }
}

struct SQLiteFactory: StoreFactory {
    var seal = StoreSeal.none

    func open(_ folder: String, origins: [PersonalityID]) throws -> any Engine {
        try Self.store(folder, origins: origins, seal: seal)
    }

    /// By a key that is made of one byte.
    static func seal(_ byte: UInt8 = 7, isOn: Bool = true) throws -> StoreSeal {
        let key = try SealingKey(bytes: Array(repeating: byte, count: 32))
        return StoreSeal(key: key, random: SeededRandom(seed: UInt64(byte)), isOn: isOn)
    }

    static func store(
        _ folder: String, origins: [PersonalityID] = [Fixture.personality], seal: StoreSeal = .none,
        log: CollectingLog = CollectingLog()
    ) throws(StorageError) -> SQLiteStore {
        try SQLiteStore.open(
            path: "\(folder)/mail.db", origins: origins,
            webhooks: Dictionary(uniqueKeysWithValues: origins.map { ($0, Fixture.webhookRules) }),
            suppressing: Dictionary(uniqueKeysWithValues: origins.map { ($0, Fixture.autoSuppression($0)) }),
            seal: seal, time: HandTime(), log: log.log())
    }
}

/// Gives the same store for the same folder, as what is in memory stays there.
final class MemoryFactory: StoreFactory {
    private let store = MemoryStore(origins: [Fixture.personality, Fixture.otherPersonality])

    func open(_ folder: String, origins: [PersonalityID]) -> any Engine { store }
}

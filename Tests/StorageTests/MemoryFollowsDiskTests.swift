import Base
import Kernel
import Model
import Ports
import Storage
import TestKit
import Testing

@Suite("Memory follows disk")
struct MemoryFollowsDiskTests {
    @Test("Of two changes that race, memory ends as the disk does")
    func racing() async throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteFactory.store(folder.path)
        defer { store.close() }
        try await store.make(.directory(.createAccount(name: "a", parent: nil, at: Fixture.start)))
        try await store.make(.directory(.createKey(Fixture.stored(Fixture.key()))))
        let directory = Directory(try await store.directory())
        store.observe(facts: directory)
        let administration = Administration(
            store: store, directory: directory, keyring: try Fixture.keyring(), workers: ImmediateWorkers(),
            time: HandTime(), random: SeededRandom(seed: 1))
        for round in 0..<50 {
            await withTaskGroup { group in
                for state in Account.State.allCases {
                    group.addTask { _ = try? await administration.setState(Account.ID(1), state).run() }
                }
                for label in ["one", "other"] {
                    group.addTask {
                        _ = try? await administration.changeKey(
                            AccessKey.ID(1), AccessKey.Edit(label: "\(label) \(round)")
                        ).run()
                    }
                }
            }
            let disk = try await store.directory()
            #expect(directory.accounts == disk.accounts && directory.keys == disk.keys.map(\.key))
        }
    }

    @Test("A key works when it is shown")
    func key() async throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteFactory.store(folder.path)
        defer { store.close() }
        try await store.make(.directory(.createAccount(name: "a", parent: nil, at: Fixture.start)))
        let directory = Directory(try await store.directory())
        store.observe(facts: directory)
        // Whoever makes it: no service stands between the commit and the directory.
        let serial = try await store.make(.directory(.createKey(Fixture.stored(Fixture.key()))))
        let found = directory.credential(digest: Secret(Fixture.secret()).digest)
        #expect(found?.key.id == AccessKey.ID(serial) && found?.isSuspended == false)
    }
}

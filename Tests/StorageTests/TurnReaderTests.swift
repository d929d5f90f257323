import Database
import Model
import Ports
import Posix
import StoreConformance
import TestKit
import Testing

@testable import Storage

@Suite("SQLite store: reads of a loop")
struct TurnReaderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Runs `body` on a loop's thread, with a store that has one message.
    private func onLoop(
        _ body: @escaping @Sendable (SQLiteStore, Message.ID) async throws -> Void
    ) async throws {
        let store = try SQLiteFactory.store(folder.path)
        defer { store.close() }
        let id = try await store.accept(Fixture.message())
        let loop = try EventLoop(name: "test", time: SystemTime())
        let thread = loop.start()
        defer {
            loop.stop()
            thread.join()
        }
        try await Task(executorPreference: loop) { try await body(store, id) }.value
    }

    /// Accepts a message on another thread, and keeps this one until it is on disk.
    private static func acceptMeanwhile(_ store: SQLiteStore) {
        let done = Latch()
        Task.detached {
            _ = await store.commit([.accept(Fixture.message())])
            done.open()
        }
        done.wait()
    }

    @Test("What was committed between two reads of one turn shows in the second")
    func freshness() async throws {
        try await onLoop { store, id in
            let first = try await store.message(id, content: true)
            // The first message and its event have taken a number each.
            let next = Message.ID(id.value + 2 * CellNumber.step)
            let before = try await store.message(next, content: true)
            Self.acceptMeanwhile(store)
            let after = try await store.message(next, content: true)
            #expect(first != nil && before == nil && after != nil)
        }
    }

    @Test("A turn that has ended keeps nothing of the log from being copied")
    func release() async throws {
        let path = folder.file("mail.db")
        try await onLoop { store, id in
            _ = try await store.message(id, content: true)
            Self.acceptMeanwhile(store)
            // Comes back in a later turn.
            _ = await store.commit([.accept(Fixture.message())])
            let other = try Connection(path: path, access: .readWrite)
            _ = try other.scalar("SELECT count(*) FROM message", "open the log")
            #expect(try other.checkpointPassively() == 0)
        }
    }

    @Test("A snapshot is shared by the reads of a turn")
    func sharing() async throws {
        let path = folder.file("mail.db")
        try await onLoop { store, id in
            _ = try await store.message(id, content: true)
            // Behind the store's back, so that no commit of its own is counted.
            let other = try Connection(path: path, access: .readWrite)
            try other.execute("DELETE FROM event; DELETE FROM message", "delete all")
            #expect(try await store.message(id, content: true) != nil)
        }
    }
}

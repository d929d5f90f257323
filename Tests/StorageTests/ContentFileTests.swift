import Base
import Model
import Ports
import Posix
import TestKit
import Testing

@testable import Storage

@Suite("Large contents")
struct ContentFileTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private var files: [String] { folder.names(in: "mail.db.contents") }

    private func message(bytes: Int, _ idempotency: IdempotencyRecord? = nil) -> NewMessage {
        let content = (0..<bytes).map { UInt8(truncatingIfNeeded: $0) }
        let attachment = Attachment(fileName: "a", contentType: nil, contentID: nil, content: content)
        return Fixture.message(Fixture.submission(attachments: [attachment]), idempotency: idempotency)
    }

    @Test("A large content stands in a file of its own, for its owner alone, and a small one does not")
    func placement() async throws {
        let store = try SQLiteFactory.store(folder.path)
        defer { store.close() }
        _ = await store.commit([.accept(message(bytes: 1000))])
        #expect(files == [])
        let large = try await store.accept(message(bytes: StorageLimits.inlineBodyBytes))
        #expect(files.count == 1)
        #expect(folder.mode(of: "mail.db.contents/\(files[0])") == 0o600)
        let read = try await store.message(large, content: true)
        #expect(read?.submission.attachments.first?.content.count == StorageLimits.inlineBodyBytes)
    }

    @Test("A replay and a mismatch leave no file behind")
    func replay() async throws {
        let store = try SQLiteFactory.store(folder.path)
        defer { store.close() }
        let size = StorageLimits.inlineBodyBytes + 1
        for request in ["one", "one", "two"] {
            _ = await store.commit([.accept(message(bytes: size, Fixture.idempotency("k", request)))])
        }
        #expect(files.count == 1)
    }

    @Test("Files that no message names are removed at start, and only those")
    func orphans() async throws {
        let store = try SQLiteFactory.store(folder.path)
        let id = try await store.accept(message(bytes: 300_000))
        store.close()
        let kept = files
        try Files.createDurably(folder.file("mail.db.contents/0123"), mode: 0o600, content: [1])
        let again = try SQLiteFactory.store(folder.path)
        defer { again.close() }
        #expect(files == kept)
        #expect(
            try await again.message(id, content: true)?.submission.attachments.first?.content.count
                == 300_000)
    }

    @Test("A content whose file is gone is an error that says so, and lists go on")
    func lostFile() async throws {
        let store = try SQLiteFactory.store(folder.path)
        defer { store.close() }
        let id = try await store.accept(message(bytes: 300_000))
        try Files.remove(folder.file("mail.db.contents/\(files[0])"))
        await #expect(throws: KernelFailure.storageUnavailable) {
            try await store.message(id, content: true)
        }
        #expect(try await store.message(id, content: false) != nil)
    }

    @Test("Where no file can be made the message is refused for now, and nothing of it is kept")
    func unwritable() async throws {
        let store = try SQLiteFactory.store(folder.path)
        defer { store.close() }
        // A file where the folder should be.
        try Files.createDurably(folder.file("mail.db.contents"), mode: 0o600, content: [])
        let outcome = await store.commit([.accept(message(bytes: 300_000))]).first
        guard case .refused(.storageUnavailable) = outcome else {
            Issue.record("not refused")
            return
        }
        #expect(try await store.pendingDeliveries() == [])
    }
}

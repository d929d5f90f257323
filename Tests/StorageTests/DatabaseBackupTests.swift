import Base
import Database
import Model
import Ports
import Posix
import Synchronization
import TestKit
import Testing

@testable import Storage

@Suite("Backup")
struct DatabaseBackupTests {
    private let folder: TemporaryFolder
    private let key: [UInt8] = Array(repeating: 7, count: 32)

    init() throws { folder = try TemporaryFolder() }

    private var database: String { folder.file("mail.db") }
    private var file: String { folder.file("kept") }

    private func message(bytes: Int) -> NewMessage {
        let content = (0..<bytes).map { UInt8(truncatingIfNeeded: $0) }
        let attachment = Attachment(fileName: "a", contentType: nil, contentID: nil, content: content)
        return Fixture.message(Fixture.submission(attachments: [attachment]))
    }

    @Test("What was in a store beside its writer comes back whole, large contents among it")
    func whole() async throws {
        let store = try SQLiteFactory.store(folder.path)
        let small = try await store.accept(message(bytes: 10))
        let large = try await store.accept(message(bytes: 3 << 20))
        let empty = try await store.accept(message(bytes: 300_000))
        let made = try DatabaseBackup(of: database).write(to: file, keyCheck: key, now: Fixture.start) { _ in }
        #expect((made.messages, made.contents) == (3, 2))
        #expect(folder.mode(of: "kept") == 0o600)
        #expect(!Files.exists(database + ".backup-links") && !Files.exists(file + ".part"))
        // What comes later is not in it.
        _ = try await store.accept(message(bytes: 400_000))
        store.close()

        #expect(try DatabaseBackup.summary(of: file, keyCheck: key) == made)
        try DatabaseBackup(of: database).restore(from: file) { _ in }
        let again = try SQLiteFactory.store(folder.path)
        defer { again.close() }
        for (id, bytes) in [(small, 10), (large, 3 << 20), (empty, 300_000)] {
            let read = try await again.message(id, content: true)
            #expect(read?.submission.attachments.first?.content.count == bytes)
        }
        let page = try await again.messages(MessageQuery(tenant: nil, slice: Slice(offset: 0, limit: 10)))
        #expect(page.total == 3)
        #expect(folder.names(in: "mail.db.contents").count == 2)
        #expect(folder.names(in: ".").allSatisfy { !$0.contains("restoring") && !$0.contains("replaced") })
    }

    @Test("A backup is one snapshot while others write, and contents that are removed meanwhile are in it")
    func snapshot() async throws {
        let store = try SQLiteFactory.store(folder.path)
        defer { store.close() }
        for _ in 0..<20 { _ = try await store.accept(message(bytes: 300_000)) }
        let contents = database + ".contents"
        let summary = try DatabaseBackup(of: database).write(to: file, keyCheck: key, now: Fixture.start) { progress in
            // Between the pages and the contents: somebody removes them.
            guard case .pages(let done, let all) = progress, done == all else { return }
            try? Files.removeFolder(contents)
        }
        #expect((summary.messages, summary.contents) == (20, 20))
    }

    @Test("A content that is missing from the beginning fails the backup, and nothing is left of it")
    func missing() async throws {
        let store = try SQLiteFactory.store(folder.path)
        defer { store.close() }
        _ = try await store.accept(message(bytes: 300_000))
        try Files.removeFolder(database + ".contents")
        #expect(throws: BackupError.restless) {
            try DatabaseBackup(of: database).write(to: file, keyCheck: key, now: Fixture.start) { _ in }
        }
        #expect(!Files.exists(file) && !Files.exists(file + ".part"))
    }

    @Test("Another key, another file, a damaged one and a newer one are refused")
    func refusals() async throws {
        let store = try SQLiteFactory.store(folder.path)
        for _ in 0..<50 { _ = try await store.accept(message(bytes: 20_000)) }
        store.close()
        _ = try DatabaseBackup(of: database).write(to: file, keyCheck: key, now: Fixture.start) { _ in }
        #expect(throws: BackupError.otherKey) { try DatabaseBackup.summary(of: file, keyCheck: [1]) }
        #expect(throws: BackupError.notABackup) { try DatabaseBackup.summary(of: database, keyCheck: key) }
        try Files.createDurably(folder.file("text"), mode: 0o600, content: Array(repeating: 65, count: 9000))
        #expect(throws: BackupError.notABackup) { try DatabaseBackup.summary(of: folder.file("text"), keyCheck: key) }
        do {
            let connection = try Connection(path: file, access: .existing)
            try connection.execute("PRAGMA user_version = 99", "set")
        }
        #expect(throws: BackupError.newerSchema(found: 99, known: Schema.migrations.count)) {
            try DatabaseBackup.summary(of: file, keyCheck: key)
        }
        do {
            let connection = try Connection(path: file, access: .existing)
            try connection.execute("PRAGMA user_version = \(Schema.migrations.count)", "set")
        }
        // Of the middle of the file, a page or two.
        var bytes = try Files.read(file, limitBytes: 1 << 30)
        let middle = bytes.count / 2
        for index in middle..<middle + 20_000 { bytes[index] = 0xA5 }
        try Files.createDurably(folder.file("damaged"), mode: 0o600, content: bytes)
        #expect(throws: BackupError.self) { try DatabaseBackup.summary(of: folder.file("damaged"), keyCheck: key) }
    }

    @Test("A restore that was cut off while it exchanged files keeps the store from opening until it is run again")
    func cutOff() async throws {
        let store = try SQLiteFactory.store(folder.path)
        let id = try await store.accept(message(bytes: 300_000))
        store.close()
        _ = try DatabaseBackup(of: database).write(to: file, keyCheck: key, now: Fixture.start) { _ in }
        // As after a crash: the new database is written, the old contents are aside.
        try Files.createDurably(database + ".restoring", mode: 0o600, content: [1])
        try Files.move(database + ".contents", to: database + ".contents.replaced")
        #expect(throws: StorageError.self) { try SQLiteFactory.store(folder.path) }
        #expect(!DatabaseBackup.isThere(database))
        try DatabaseBackup(of: database).restore(from: file) { _ in }
        let again = try SQLiteFactory.store(folder.path)
        defer { again.close() }
        #expect(try await again.message(id, content: true) != nil)
    }

    @Test("After a close the database's file is whole by itself")
    func closed() async throws {
        let store = try SQLiteFactory.store(folder.path)
        for _ in 0..<100 { _ = try await store.accept(message(bytes: 10)) }
        store.close()
        #expect(Files.size(database + "-wal") ?? 0 == 0)
        let copy = folder.file("copy.db")
        try Files.createDurably(copy, mode: 0o600, content: try Files.read(database, limitBytes: 1 << 30))
        let connection = try Connection(path: copy, access: .readWrite)
        #expect(try connection.scalar("SELECT count(*) FROM message", "count") == 100)
    }
}

import Base
import Database
import Model
import Posix
import TestKit
import Testing

@testable import Storage

@Suite("Schema")
struct SchemaTests {
    @Test("An empty file is brought up to date once")
    func migration() throws {
        let folder = try TemporaryFolder()
        let connection = try Connection(path: folder.file("a.db"), access: .readWrite)
        #expect(try connection.migrate(Schema.migrations) == Schema.migrations.count)
        #expect(try connection.migrate(Schema.migrations) == 0)
        #expect(try connection.scalar("PRAGMA user_version", "read") == Int64(Schema.migrations.count))
    }

    @Test("Migrations are numbered from one without gaps")
    func numbers() { #expect(Schema.migrations.map(\.number) == Array(1...Schema.migrations.count)) }

    @Test("A step that fails leaves the schema at the step before it")
    func failingStep() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.db")
        let steps = [
            Migration(number: 1, name: "one", sql: "CREATE TABLE one (id INTEGER)"),
            Migration(number: 2, name: "two", sql: "CREATE TABLE two (id INTEGER); CREATE TABLE one (id INTEGER)"),
        ]
        #expect(throws: MigrationError.self) {
            try Connection(path: path, access: .readWrite).migrate(steps)
        }
        let connection = try Connection(path: path, access: .readWrite)
        #expect(try connection.scalar("PRAGMA user_version", "read") == 1)
        #expect(try connection.scalar("SELECT count(*) FROM sqlite_schema", "count") == 1)
    }

    @Test("A file of a newer program is refused and left alone", arguments: [Schema.migrations.count + 1, 99, -1])
    func newer(version: Int) throws {
        let folder = try TemporaryFolder()
        let connection = try Connection(path: folder.file("mail.db"), access: .readWrite)
        try connection.execute("PRAGMA user_version = \(version)", "set")
        #expect(throws: StorageError.newerSchema(found: version, known: Schema.migrations.count)) {
            try SQLiteFactory.store(folder.path)
        }
        #expect(try connection.scalar("SELECT count(*) FROM sqlite_schema", "count") == 0)
    }

    @Test("A file that is no database is refused")
    func garbage() throws {
        let folder = try TemporaryFolder()
        try Files.createDurably(
            folder.file("mail.db"), mode: 0o600, content: Array(repeating: UInt8(ascii: "x"), count: 10_000))
        #expect(throws: StorageError.self) { try SQLiteFactory.store(folder.path) }
    }

    @Test("A new database has the measured page size, a write-ahead log, and is its owner's alone")
    func settings() async throws {
        let folder = try TemporaryFolder()
        let store = try SQLiteFactory.store(folder.path)
        defer { store.close() }
        let connection = try Connection(path: folder.file("mail.db"), access: .readOnly)
        #expect(try connection.scalar("PRAGMA page_size", "read") == Int64(DatabaseLimits.pageBytes))
        let mode = try connection.prepare("PRAGMA journal_mode", "read").first { $0.text(0) }
        #expect(mode == "wal")
        #expect(folder.mode(of: "mail.db") == 0o600)
    }

    @Test("Each start notes itself")
    func epochs() throws {
        let folder = try TemporaryFolder()
        for _ in 0..<3 { try SQLiteFactory.store(folder.path).close() }
        let connection = try Connection(path: folder.file("mail.db"), access: .readOnly)
        #expect(try connection.scalar("SELECT max(epoch) FROM run", "read") == 3)
    }
}

import Base
import Database
import Posix

/// The one file of a backup: the database as it was at one moment, and in two tables more what belongs to it.
///
/// A SQLite file, so that SQLite's own checks and tools read it. Its log is put back, so it is one file and no more.
struct BackupFile {
    private let connection: Connection

    /// Opens a file that is being made.
    init(making connection: Connection) { self.connection = connection }

    /// Opens one to read it; `notABackup` for anything else.
    init(reading path: String) throws {
        do {
            connection = try Connection(path: path, access: .readOnly)
            let tables = try connection.scalar(
                "SELECT count(*) FROM sqlite_master WHERE name IN ('backup', 'backup_content')", "look for a backup")
            guard tables == 2 else { throw BackupError.notABackup }
        } catch let error as DatabaseError where error.kind == .corrupt {
            throw BackupError.notABackup
        }
    }

    // MARK: Making one

    /// `keyCheck`: what the key file gives for this purpose; it tells nothing of the key.
    func begin(keyCheck: [UInt8], now: Instant) throws(DatabaseError) {
        try connection.execute(
            """
            PRAGMA journal_mode = DELETE;
            CREATE TABLE backup (made INTEGER NOT NULL, key_check BLOB NOT NULL) STRICT;
            CREATE TABLE backup_content (id INTEGER PRIMARY KEY, name TEXT NOT NULL, piece BLOB NOT NULL) STRICT;
            """, "begin the backup's own tables")
        let head = try connection.prepare(
            "INSERT INTO backup (made, key_check) VALUES (?, ?)", "write the backup's head")
        head.bind(1, now.nanoseconds)
        head.bind(2, keyCheck)
        try head.run()
    }

    /// Adds the files of a folder, some at a time in one transaction each.
    func add(_ names: [String], from folder: String, told: (BackupProgress) -> Void) throws {
        let insert = try connection.prepare("INSERT INTO backup_content (name, piece) VALUES (?, ?)", "add a content")
        for start in stride(from: 0, to: names.count, by: Self.contentsPerTransaction) {
            let some = names[start..<min(start + Self.contentsPerTransaction, names.count)]
            try connection.execute("BEGIN", "begin adding contents")
            for name in some {
                let content = try Files.read("\(folder)/\(name)", limitBytes: StorageLimits.contentFileBytes)
                for begin in stride(from: 0, to: max(content.count, 1), by: Self.pieceBytes) {
                    insert.bind(1, name)
                    insert.bind(2, Array(content[begin..<min(begin + Self.pieceBytes, content.count)]))
                    try insert.run()
                }
            }
            try connection.execute("COMMIT", "end adding contents")
            told(.contents(some.endIndex, of: names.count))
        }
    }

    // MARK: Reading one

    func keyCheck() throws(DatabaseError) -> [UInt8] {
        try connection.prepare("SELECT key_check FROM backup", "read the backup's head").first { $0.bytes(0) } ?? []
    }

    /// Reads all of it through, and holds the contents against the rows that name them.
    func checked(path: String) throws -> BackupSummary {
        let version = Int(try connection.scalar("PRAGMA user_version", "read the schema version"))
        let known = Schema.migrations.count
        guard version <= known else { throw BackupError.newerSchema(found: version, known: known) }
        let verdict = try connection.prepare("PRAGMA integrity_check(1)", "check the backup").first { $0.text(0) }
        guard verdict == "ok" else { throw BackupError.damaged(verdict ?? "no answer") }
        let named = try ContentNames.all(connection)
        let kept = try names()
        guard named.isSubset(of: kept) else { throw BackupError.damaged("contents are missing") }
        return BackupSummary(
            messages: Int(try connection.scalar("SELECT count(*) FROM message", "count messages")),
            contents: kept.count, schemaVersion: version, bytes: Files.size(path) ?? 0)
    }

    private func names() throws(DatabaseError) -> Set<String> {
        var names: Set<String> = []
        try connection.prepare("SELECT DISTINCT name FROM backup_content", "list the backup's contents").forEach {
            names.insert($0.text(0))
        }
        return names
    }

    func copy(to target: Connection, told: (BackupProgress) -> Void) throws(DatabaseError) {
        try connection.copy(to: target) { told(.pages($0, of: $1)) }
    }

    /// Writes the contents as files, each of them on disk when this returns.
    func write(to folder: String, told: (BackupProgress) -> Void) throws {
        try Files.makeFolder(folder)
        let names = try names()
        guard names.allSatisfy(Self.isName) else { throw BackupError.damaged("the name of a content is none") }
        let pieces = try connection.prepare(
            "SELECT piece FROM backup_content WHERE id BETWEEN ? AND ? ORDER BY id", "read a content")
        for (index, place) in try places().enumerated() {
            var content: [UInt8] = []
            pieces.bind(1, place.first)
            pieces.bind(2, place.last)
            while try pieces.step() { content += pieces.bytes(0) }
            pieces.reset()
            try Files.createDurably("\(folder)/\(place.name)", mode: 0o600, content: content)
            told(.contents(index + 1, of: names.count))
        }
    }

    /// Pieces of a content stand one after the other.
    private func places() throws(DatabaseError) -> [(name: String, first: Int64, last: Int64)] {
        var places: [(name: String, first: Int64, last: Int64)] = []
        try connection.prepare(
            "SELECT name, min(id), max(id) FROM backup_content GROUP BY name ORDER BY 2", "find the contents"
        ).forEach { places.append(($0.text(0), $0.integer(1), $0.integer(2))) }
        return places
    }

    /// What `ContentFiles` makes, and nothing that leads out of the folder.
    private static func isName(_ name: String) -> Bool { Hex.decode(name) != nil }

    /// Takes what is the backup's alone out of a copy of it, and gives the space back.
    static func strip(_ copy: Connection) throws(DatabaseError) {
        let hadContents = try copy.scalar("SELECT count(*) FROM backup_content", "count contents") > 0
        try copy.execute("DROP TABLE backup; DROP TABLE backup_content;", "drop the backup's own tables")
        if hadContents { try copy.execute("VACUUM", "give the space of contents back") }
        try copy.execute("PRAGMA journal_mode = WAL", "set up the database")
        try copy.checkpointToTheEnd()
    }

    private static let contentsPerTransaction = 64
    /// Bytes of a row's piece: a row is held in memory whole.
    private static let pieceBytes = 1 << 20
}

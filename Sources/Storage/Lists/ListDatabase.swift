import Base
import Database
import Posix
import Rows

/// The file of the lists' index: full segments, and up to where they have read. It stands beside the database, is made
/// when the first segment is full, holds nothing that the database does not say, and may be removed while nobody uses
/// it: it is made again then. One thread.
///
/// A file of its own, as its commits then take nothing of the writer's time and its pages none of its log. A commit
/// is synced: a removal that is in it may be forgotten by the database.
final class ListDatabase {
    private let connection: Connection
    private let insertRun: Statement
    private let removeRun: Statement
    private let setGone: Statement
    private let putPosting: Statement
    private let removePosting: Statement
    private let posting: Statement
    private let idsOf: Statement
    private let putMark: Statement

    /// Another form of the file is another number: such a file is made anew.
    private static let version: Int64 = 2

    static func path(of database: String) -> String { database + ".lists" }

    /// All files of it.
    static func files(of database: String) -> [String] { ["", "-wal", "-shm"].map { path(of: database) + $0 } }

    /// Opens the file or makes it.
    init(path: String) throws(DatabaseError) {
        connection = try Connection(path: path, access: .readWrite)
        try connection.execute(
            """
            PRAGMA page_size = \(DatabaseLimits.pageBytes);
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA cache_size = -\(DatabaseLimits.cacheKibibytes);
            PRAGMA temp_store = MEMORY;
            CREATE TABLE IF NOT EXISTS mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS run (
                id INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL, messages INTEGER NOT NULL,
                earliest INTEGER NOT NULL, latest INTEGER NOT NULL, gone BLOB, ids BLOB NOT NULL,
                times BLOB NOT NULL) STRICT;
            CREATE TABLE IF NOT EXISTS posting (
                run INTEGER NOT NULL, key INTEGER NOT NULL, messages INTEGER NOT NULL, places BLOB NOT NULL,
                PRIMARY KEY (run, key)) STRICT, WITHOUT ROWID;
            """, "set up the lists' index")
        insertRun = try connection.prepare(
            """
            INSERT INTO run (id, first, last, messages, earliest, latest, gone, ids, times)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            """, "keep a segment")
        removeRun = try connection.prepare("DELETE FROM run WHERE id = ?", "remove a segment")
        setGone = try connection.prepare("UPDATE run SET gone = ?2 WHERE id = ?1", "note what is gone")
        putPosting = try connection.prepare(
            "INSERT OR REPLACE INTO posting (run, key, messages, places) VALUES (?, ?, ?, ?)", "keep places")
        removePosting = try connection.prepare("DELETE FROM posting WHERE run = ? AND key = ?", "remove places")
        posting = try connection.prepare("SELECT places FROM posting WHERE run = ? AND key = ?", "read places")
        idsOf = try connection.prepare("SELECT ids FROM run WHERE id = ?", "read a segment's numbers")
        putMark = try connection.prepare("INSERT OR REPLACE INTO mark (name, value) VALUES (?, ?)", "keep a mark")
    }

    // MARK: Reading

    /// Up to where it has read; nil where it was made of another database, of a later state of this one, or by another
    /// version.
    func marks(in main: Connection) throws(DatabaseError) -> ListMarks? {
        var values: [String: Int64] = [:]
        try connection.prepare("SELECT name, value FROM mark", "read marks").forEach {
            values[$0.text(0)] = $0.integer(1)
        }
        guard values["version"] == Self.version, let epoch = values["epoch"], let started = values["started"],
            let message = values["message"], let event = values["event"], let removal = values["removal"]
        else { return nil }
        let run = try main.prepare("SELECT 1 FROM run WHERE epoch = ? AND started = ?", "look for a start")
        run.bind(1, epoch)
        run.bind(2, started)
        let last = try main.prepare(
            """
            SELECT EXISTS (SELECT 1 FROM message WHERE id = ?1)
            OR EXISTS (SELECT 1 FROM message_removal WHERE message = ?1)
            """, "look for a message")
        last.bind(1, message)
        guard try run.first({ _ in true }) == true, try last.first({ $0.integer(0) == 1 }) == true else { return nil }
        return ListMarks(message: message, event: event, removal: removal)
    }

    func runs() throws(DatabaseError) -> [ListRun] {
        var runs: [ListRun] = []
        try connection.prepare(
            "SELECT id, first, last, messages, earliest, latest, gone FROM run ORDER BY id", "read segments"
        ).forEach { row in
            runs.append(
                ListRun(
                    id: row.integer(0), first: row.integer(1), last: row.integer(2), count: Int(row.integer(3)),
                    earliest: row.integer(4), latest: row.integer(5),
                    gone: row.optionalBytes(6).flatMap { ListBitmap($0) }))
        }
        return runs
    }

    func ids(of run: Int64) throws(DatabaseError) -> [Int64] {
        idsOf.bind(1, run)
        return try idsOf.first { ListPlaces.numbers($0.bytes(0)) } ?? []
    }

    func places(_ run: Int64, _ key: ListKey) throws(DatabaseError) -> ListBitmap {
        posting.bind(1, run)
        posting.bind(2, key.value)
        return try posting.first { ListBitmap($0.bytes(0)) }.flatMap(\.self) ?? ListBitmap()
    }

    // MARK: Writing

    func begin() throws(DatabaseError) { try connection.execute("BEGIN IMMEDIATE", "begin") }

    func commit() throws(DatabaseError) { try connection.execute("COMMIT", "commit") }

    func rollBack() { try? connection.execute("ROLLBACK", "roll back") }

    func keep(_ marks: ListMarks, in main: Connection) throws(DatabaseError) {
        let run = try main.prepare(
            "SELECT epoch, started FROM run ORDER BY epoch DESC LIMIT 1", "read the latest start")
        guard let (epoch, started) = try run.first({ ($0.integer(0), $0.integer(1)) }) else { return }
        let values = [
            ("version", Self.version), ("epoch", epoch), ("started", started), ("message", marks.message),
            ("event", marks.event), ("removal", marks.removal),
        ]
        for (name, value) in values {
            putMark.bind(1, name)
            putMark.bind(2, value)
            try putMark.run()
        }
    }

    /// In the order of its keys, so that it lies at the end of the tree.
    func keep(_ segment: ListSegment, as id: Int64) throws(DatabaseError) -> ListRun? {
        guard let first = segment.ids.first, let last = segment.ids.last, let earliest = segment.times.min(),
            let latest = segment.times.max()
        else { return nil }
        let gone = segment.goneCount == 0 ? nil : segment.gone
        insertRun.bind(1, id)
        insertRun.bind(2, first)
        insertRun.bind(3, last)
        insertRun.bind(4, Int64(segment.ids.count))
        insertRun.bind(5, earliest)
        insertRun.bind(6, latest)
        insertRun.bind(7, gone?.encoded)
        insertRun.bind(8, ListPlaces.encoded(segment.ids))
        insertRun.bind(9, ListPlaces.encoded(segment.times))
        try insertRun.run()
        for (key, places) in segment.postings.sorted(by: { $0.key.value < $1.key.value }) {
            var bitmap = ListBitmap()
            if places.count == 1 {
                try put(id, key, 1, [UInt8(truncatingIfNeeded: places[0]), UInt8(places[0] >> 8)])
                continue
            }
            for place in places { bitmap.insert(Int(place)) }
            try put(id, key, places.count, bitmap.encoded)
        }
        return ListRun(
            id: id, first: first, last: last, count: segment.ids.count, earliest: earliest, latest: latest, gone: gone)
    }

    private func put(_ run: Int64, _ key: ListKey, _ count: Int, _ places: [UInt8]) throws(DatabaseError) {
        putPosting.bind(1, run)
        putPosting.bind(2, key.value)
        putPosting.bind(3, Int64(count))
        putPosting.bind(4, places)
        try putPosting.run()
    }

    func put(_ run: Int64, _ key: ListKey, _ places: ListBitmap) throws(DatabaseError) {
        let count = places.count
        guard count == 0 else { return try put(run, key, count, places.encoded) }
        removePosting.bind(1, run)
        removePosting.bind(2, key.value)
        try removePosting.run()
    }

    func set(gone: ListBitmap, of run: Int64) throws(DatabaseError) {
        setGone.bind(1, run)
        setGone.bind(2, gone.encoded)
        try setGone.run()
    }

    /// Of a segment of which nothing is left.
    func remove(_ run: Int64) throws(DatabaseError) {
        removeRun.bind(1, run)
        try removeRun.run()
        let postings = try connection.prepare("DELETE FROM posting WHERE run = ?", "remove places")
        postings.bind(1, run)
        try postings.run()
    }
}

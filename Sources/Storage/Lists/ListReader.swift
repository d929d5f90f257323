import Database

/// A connection's reads of full segments on disk, in a snapshot that lasts as long as its user wants. One user at a
/// time.
final class ListReader {
    private let connection: Connection
    private let beginning: Statement
    private let ending: Statement
    private let places: Statement
    private let counts: Statement
    private let numbers: Statement
    private let times: Statement

    /// Which of the files that the index has had in this process.
    let generation: Int

    init(path: String, generation: Int) throws(DatabaseError) {
        self.generation = generation
        connection = try Connection(path: path, access: .readOnly)
        beginning = try connection.prepare("BEGIN", "begin a read")
        ending = try connection.prepare("COMMIT", "end a read")
        places = try connection.prepare("SELECT places FROM posting WHERE run = ? AND key = ?", "read places")
        counts = try connection.prepare("SELECT messages FROM posting WHERE run = ? AND key = ?", "count places")
        numbers = try connection.prepare("SELECT ids FROM run WHERE id = ?", "read a segment's numbers")
        times = try connection.prepare("SELECT times FROM run WHERE id = ?", "read a segment's times")
    }

    /// A snapshot begins with the first read in it.
    func begin() throws(DatabaseError) {
        try beginning.run()
        _ = try connection.scalar("SELECT count(*) FROM mark", "begin a snapshot")
    }

    func end() { try? ending.run() }

    /// nil where no message of the segment has it.
    func bitmap(_ key: ListKey, in run: Int64) throws(DatabaseError) -> ListBitmap? {
        places.bind(1, run)
        places.bind(2, key.value)
        return try places.first { ListBitmap($0.bytes(0)) } ?? nil
    }

    func count(_ key: ListKey, in run: Int64) throws(DatabaseError) -> Int {
        counts.bind(1, run)
        counts.bind(2, key.value)
        return Int(try counts.first { $0.integer(0) } ?? 0)
    }

    func ids(of run: Int64) throws(DatabaseError) -> [Int64] {
        numbers.bind(1, run)
        return try numbers.first { ListPlaces.numbers($0.bytes(0)) } ?? []
    }

    func times(of run: Int64) throws(DatabaseError) -> [Int64] {
        times.bind(1, run)
        return try times.first { ListPlaces.numbers($0.bytes(0)) } ?? []
    }
}

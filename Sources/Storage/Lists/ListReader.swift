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
    private var readIDs: [Read] = []
    private var readTimes: [Read] = []

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
        try numbers(of: run, by: numbers, &readIDs)
    }

    func times(of run: Int64) throws(DatabaseError) -> [Int64] {
        try numbers(of: run, by: times, &readTimes)
    }

    /// They never change, and the same few segments are asked for again: the latest, and those that a time divides.
    private func numbers(
        of run: Int64, by statement: Statement, _ kept: inout [Read]
    ) throws(DatabaseError) -> [Int64] {
        if let found = kept.first(where: { $0.run == run }) { return found.numbers }
        statement.bind(1, run)
        let read = try statement.first { ListPlaces.numbers($0.bytes(0)) } ?? []
        if kept.count == StorageLimits.listSegmentsRead { kept.removeFirst() }
        kept.append(Read(run: run, numbers: read))
        return read
    }

    private struct Read {
        let run: Int64
        let numbers: [Int64]
    }
}

import Base
import Database
import Model
import Posix
import Rows

/// One slice after the other of the lists' index. The projector's thread alone.
final class ListWork {
    private let index: ListIndex
    private let path: String
    private let main: Reader
    /// nil until there is a full segment.
    private var database: ListDatabase?
    private let messagesAfter: Statement
    private let eventsAfter: Statement
    private let removalsAfter: Statement
    /// Messages that were read since the start, and slices in a row that were as long as one may be.
    private(set) var messages: Int64 = 0
    private(set) var fullSlices = 0

    /// What a slice read.
    private struct Slice {
        var entries: [ListEntry] = []
        var changed: [ListEntry] = []
        var removed: [Int64] = []
        var marks: ListMarks
        var isFull = false
    }

    /// Opens what an earlier process kept, where it is of this database and of no later state of it.
    init(path: String, seal: StoreSeal, index: ListIndex) throws(DatabaseError) {
        self.index = index
        self.path = path
        main = try Reader(path: path, seal: seal)
        messagesAfter = try main.connection.prepare(
            "SELECT \(Reader.columns) FROM message m WHERE m.id > ? ORDER BY m.id LIMIT ?", "read messages")
        eventsAfter = try main.connection.prepare(
            "SELECT id, message FROM event WHERE id > ? ORDER BY id LIMIT ?", "read events")
        removalsAfter = try main.connection.prepare(
            "SELECT id, message FROM message_removal WHERE id > ? ORDER BY id LIMIT ?", "read removals")
        let kept = try open()
        index.withState { state in
            state.runs = kept?.runs ?? []
            state.marks = kept?.marks ?? ListMarks()
            state.segment = ListSegment(capacity: index.segmentMessages)
            state.generation += 1
            state.isUsable = true
        }
        if kept == nil { try begin() }
        messages = Int64(kept?.runs.reduce(0) { $0 + $1.count } ?? 0)
    }

    /// A file that cannot be used goes: it holds nothing of its own.
    private func open() throws(DatabaseError) -> (marks: ListMarks, runs: [ListRun])? {
        guard Files.exists(ListDatabase.path(of: path)) else { return nil }
        do throws(DatabaseError) {
            let found = try ListDatabase(path: ListDatabase.path(of: path))
            if let marks = try found.marks(in: main.connection) {
                database = found
                return (marks, try found.runs())
            }
        } catch  where error.kind != .corrupt && error.kind != .misuse {
            throw error
        } catch {
            database = nil
        }
        try removeFiles()
        return nil
    }

    private func removeFiles() throws(DatabaseError) {
        for file in ListDatabase.files(of: path) {
            do {
                try Files.remove(file)
            } catch {
                throw DatabaseError(code: 10, operation: "remove the lists' index", text: "\(error)")
            }
        }
    }

    /// What happened before a message is read is read with it.
    private func begin() throws(DatabaseError) {
        let event = try main.connection.scalar("SELECT max(id) FROM event", "read the latest event")
        let removal = try main.connection.scalar("SELECT max(id) FROM message_removal", "read the latest removal")
        index.withState { state in
            state.marks.event = event
            state.marks.removal = removal
        }
    }

    /// False where nothing was missing.
    func slice() throws(DatabaseError) -> Bool {
        let (marks, room) = index.withState { ($0.marks, $0.segment.room) }
        let slice = try main.snapshot { () throws(DatabaseError) in try read(marks, room) }
        guard slice.marks != marks else { return false }
        // By another key file nothing is to be known of them, and the start that has it is refused.
        guard main.unopened == 0 else {
            throw DatabaseError(code: 1, operation: "read messages", text: "a sealed head does not open")
        }
        try apply(slice, after: marks)
        messages += Int64(slice.entries.count)
        fullSlices = slice.isFull ? fullSlices + 1 : 0
        if index.withState({ $0.segment.isFull }) { try keepSegment() }
        index.keep(removals: slice.marks.removal)
        return true
    }

    // MARK: Reading

    private func read(_ marks: ListMarks, _ room: Int) throws(DatabaseError) -> Slice {
        var slice = Slice(marks: marks)
        let limit = min(StorageLimits.listMessagesPerSlice, room)
        messagesAfter.bind(1, marks.message)
        messagesAfter.bind(2, Int64(limit))
        var rows: [MessageRow] = []
        try messagesAfter.forEach { rows.append(main.row($0, content: false)) }
        if let last = rows.last { slice.marks.message = last.id }
        slice.isFull = rows.count == limit
        for row in rows { if let entry = try entry(row) { slice.entries.append(entry) } }
        try readEvents(marks, &slice)
        removalsAfter.bind(1, marks.removal)
        removalsAfter.bind(2, Int64(StorageLimits.listEventsPerSlice))
        try removalsAfter.forEach { row in
            slice.marks.removal = row.integer(0)
            slice.removed.append(row.integer(1))
        }
        return slice
    }

    /// Of messages that the slice has read itself the state is known by then.
    private func readEvents(_ marks: ListMarks, _ slice: inout Slice) throws(DatabaseError) {
        eventsAfter.bind(1, marks.event)
        eventsAfter.bind(2, Int64(StorageLimits.listEventsPerSlice))
        var changed: Set<Int64> = []
        try eventsAfter.forEach { row in
            slice.marks.event = row.integer(0)
            if row.integer(1) <= marks.message { changed.insert(row.integer(1)) }
        }
        for id in changed.sorted() {
            guard let row = try main.message(Message.ID(id), content: false) else { continue }
            if let entry = ListEntry(row, salt: main.seal.listsSalt) { slice.changed.append(entry) }
        }
    }

    private func entry(_ row: MessageRow) throws(DatabaseError) -> ListEntry? {
        var row = row
        try main.addState(to: &row)
        return ListEntry(row, salt: main.seal.listsSalt)
    }

    // MARK: Writing

    /// What concerns segments on disk is on disk when it is known to memory.
    private func apply(_ slice: Slice, after marks: ListMarks) throws(DatabaseError) {
        let lastKept = index.withState { $0.runs.last?.last ?? 0 }
        let isOnDisk = { (id: Int64) in id <= lastKept }
        let changes = try ListChanges(
            changed: slice.changed.filter { isOnDisk($0.id) }, removed: slice.removed.filter(isOnDisk),
            runs: index.withState { $0.runs }, database: database)
        try withDatabase(changes.isEmpty ? nil : database) { database throws(DatabaseError) in
            var kept = slice.marks
            kept.message = changes.runs.last?.last ?? 0
            if let database {
                try changes.write(to: database)
                try database.keep(kept, in: main.connection)
            }
        } then: { state in
            state.runs = changes.runs
            for entry in slice.changed where !isOnDisk(entry.id) { state.segment.change(entry) }
            for id in slice.removed where !isOnDisk(id) { state.segment.remove(id) }
            for entry in slice.entries { state.segment.append(entry) }
            state.marks = slice.marks
        }
    }

    /// The segment is full: it goes to disk.
    private func keepSegment() throws(DatabaseError) {
        let (segment, marks, id) = index.withState { ($0.segment, $0.marks, ($0.runs.last?.id ?? 0) + 1) }
        if database == nil { database = try ListDatabase(path: ListDatabase.path(of: path)) }
        guard let database else { return }
        var run: ListRun?
        try withDatabase(database) { (_) throws(DatabaseError) in
            run = try database.keep(segment, as: id)
            try database.keep(marks, in: main.connection)
        } then: { state in
            if let run { state.runs.append(run) }
            state.segment = ListSegment(capacity: index.segmentMessages)
        }
    }

    /// Writes in one transaction, whose end and the change of what is known are one moment to readers.
    private func withDatabase(
        _ database: ListDatabase?, _ write: (ListDatabase?) throws(DatabaseError) -> Void,
        then change: (inout ListIndex.State) -> Void
    ) throws(DatabaseError) {
        do throws(DatabaseError) {
            try database?.begin()
            try write(database)
            try index.withState { state throws(DatabaseError) in
                try database?.commit()
                change(&state)
            }
        } catch {
            database?.rollBack()
            throw error
        }
    }
}

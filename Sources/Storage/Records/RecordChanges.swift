import Base
import Crypto
import Database
import Model
import Ports
import Rows

/// Personalities' records inside the writer's transaction: checks a whole unit, then makes it. The writer thread's own.
final class RecordChanges {
    /// What a row says of a record that is to be changed.
    private struct Row {
        let collection: Int64
        let account: Int64
        let mode: Int64
        let state: String
        let version: Int64
        let since: Int64
        let due: Int64?
    }

    /// A step that may be made, with what the checks have found out.
    private enum Checked {
        case insert(EncodedRecordUnit.Insertion, mint: Minted?)
        case edit(RecordEdit, Row, keys: [EncodedRecordUnit.Key])
        case remove(Record.ID, Row)
    }

    /// The candidate for a key that was free.
    private struct Minted {
        let text: String
        let digest: Digest256
    }

    /// What a collection is called, over all personalities.
    private struct CollectionName: Hashable {
        let origin: PersonalityID
        let collection: String
    }

    private let connection: Connection
    private let personalities: PersonalityNumbers
    private let keys: RecordKeys
    private let webhooks: WebhookChanges
    private let statements: RecordStatements
    private var collections: [CollectionName: Int64] = [:]
    private var lastSerial: Int64
    private var lastKey: Int64
    private var onDisk: (serial: Int64, key: Int64)
    /// Of the open transaction:
    private var inserted: [(key: UInt64, row: Int64)] = []
    private var earliestDue: Int64?

    init(
        _ connection: Connection, personalities: PersonalityNumbers, keys: RecordKeys, webhooks: WebhookChanges
    ) throws(DatabaseError) {
        self.connection = connection
        self.personalities = personalities
        self.keys = keys
        self.webhooks = webhooks
        statements = try RecordStatements(connection)
        lastSerial = try connection.scalar("SELECT max(id) FROM record", "read the last serial")
        lastKey = try connection.scalar("SELECT max(id) FROM record_key", "read the last serial")
        onDisk = (lastSerial, lastKey)
        try connection.prepare("SELECT key64, id FROM record_key", "read record keys").forEach { row in
            keys.insert(UInt64(bitPattern: row.integer(0)), row: row.integer(1))
        }
    }

    // MARK: The transaction

    func committed() {
        inserted.removeAll(keepingCapacity: true)
        onDisk = (lastSerial, lastKey)
    }

    func rollBack() {
        for key in inserted { keys.remove(key.key, row: key.row) }
        inserted.removeAll(keepingCapacity: true)
        (lastSerial, lastKey) = onDisk
        collections.removeAll()
        earliestDue = nil
    }

    /// The earliest due time that the committed transaction has set, once.
    func takeEarliestDue() -> Instant? {
        defer { earliestDue = nil }
        return earliestDue.map { Instant(nanoseconds: $0) }
    }

    /// Makes the unit, or says why not.
    func apply(_ unit: EncodedRecordUnit) throws(DatabaseError) -> ChangeOutcome {
        var checked: [Checked] = []
        checked.reserveCapacity(unit.steps.count)
        var taken: Set<Digest256> = []
        for step in unit.steps {
            switch try check(step, at: unit.at, &taken) {
            case .success(let step): checked.append(step)
            case .failure(let failure): return .refused(failure)
            }
        }
        var receipts: [RecordReceipt] = []
        for step in checked { receipts.append(try make(step, at: unit.at.nanoseconds)) }
        for announcement in unit.announcements { try webhooks.announce(announcement, at: unit.at) }
        return .recorded(receipts)
    }

    // MARK: Checks

    private func check(
        _ step: EncodedRecordUnit.Step, at now: Instant, _ taken: inout Set<Digest256>
    ) throws(DatabaseError) -> Result<Checked, KernelFailure> {
        switch step {
        case .insert(let insertion): return try check(insertion, at: now, &taken)
        case .edit(let edit):
            switch try row(edit.id, as: edit.expecting, edit.collection) {
            case .failure(let failure): return .failure(failure)
            case .success(let row): return try check(edit, row, at: now, &taken)
            }
        case .remove(let id, let expectation, let collection):
            return try row(id, as: expectation, collection).map { .remove(id, $0) }
        }
    }

    private func check(
        _ insertion: EncodedRecordUnit.Insertion, at now: Instant, _ taken: inout Set<Digest256>
    ) throws(DatabaseError) -> Result<Checked, KernelFailure> {
        let collection = insertion.record.space.collection
        guard personalities.number(insertion.record.space.origin) != nil else {
            return .failure(.internalError(incident: "unregistered personality"))
        }
        for key in insertion.keys {
            guard try isFree(key, at: now), taken.insert(key.digest).inserted else {
                return .failure(.alreadyExists(.record(collection), field: key.index.name))
            }
        }
        guard let mint = insertion.record.mint else { return .success(.insert(insertion, mint: nil)) }
        for place in 0..<insertion.candidateCount {
            guard let candidate = insertion.candidate(place), try isFree(candidate, at: now),
                taken.insert(candidate.digest).inserted
            else { continue }
            return .success(
                .insert(insertion, mint: Minted(text: mint.candidates[place], digest: candidate.digest)))
        }
        return .failure(.alreadyExists(.record(collection), field: mint.index.name))
    }

    private func check(
        _ edit: RecordEdit, _ row: Row, at now: Instant, _ taken: inout Set<Digest256>
    ) throws(DatabaseError) -> Result<Checked, KernelFailure> {
        guard !edit.keys.isEmpty else { return .success(.edit(edit, row, keys: [])) }
        guard let origin = try origin(of: row.collection) else {
            return .failure(.internalError(incident: "record of no personality"))
        }
        let space = RecordSpace(
            account: Account.ID(row.account), origin: origin, mode: row.mode == 0 ? .live : .test,
            collection: edit.collection)
        let keys = edit.keys.map { EncodedRecordUnit.Key($0, in: space) }
        for key in keys {
            guard try isFree(key, at: now), taken.insert(key.digest).inserted else {
                return .failure(.alreadyExists(.record(edit.collection), field: key.index.name))
            }
        }
        return .success(.edit(edit, row, keys: keys))
    }

    private func origin(of collection: Int64) throws(DatabaseError) -> PersonalityID? {
        let select = try connection.prepare(
            "SELECT origin FROM record_collection WHERE id = ?", "read a record's personality")
        select.bind(1, collection)
        return try select.first { $0.integer(0) }.map { self.personalities.id($0) }
    }

    /// Whether no record keeps the key from others.
    private func isFree(_ key: EncodedRecordUnit.Key, at now: Instant) throws(DatabaseError) -> Bool {
        for row in keys.rows(for: key.digest) {
            statements.holder.bind(1, row)
            let holder = try statements.holder.first { ($0.bytes(0), $0.text(1), $0.integer(2)) }
            guard let (bytes, state, since) = holder, Digest256(bytes: bytes) == key.digest else { continue }
            // A removed record keeps only what is unique for ever.
            if state.isEmpty, key.index.rule != .unique { continue }
            if key.index.holds(state: state, since: Instant(nanoseconds: since), at: now) { return false }
        }
        return true
    }

    private func row(
        _ id: Record.ID, as expectation: RecordExpectation, _ collection: String
    ) throws(DatabaseError) -> Result<Row, KernelFailure> {
        statements.row.bind(1, id.value)
        let found = try statements.row.first { row in
            Row(
                collection: row.integer(0), account: row.integer(1), mode: row.integer(2), state: row.text(3),
                version: row.integer(4), since: row.integer(5), due: row.optionalInteger(6))
        }
        guard let found, !found.state.isEmpty else { return .failure(.notFound(.record(collection))) }
        let isAsExpected =
            switch expectation {
            case .version(let version): found.version == Int64(version)
            case .states(let states): states.contains(found.state)
            }
        guard isAsExpected else {
            return .failure(.wrongState(.record(collection), state: .named(found.state), operation: .edit))
        }
        return .success(found)
    }

    // MARK: Writing

    private func make(_ step: Checked, at: Int64) throws(DatabaseError) -> RecordReceipt {
        switch step {
        case .insert(let insertion, let mint): try insert(insertion, mint, at)
        case .edit(let edit, let row, let keys): try self.edit(edit, row, keys, at)
        case .remove(let id, let row): try remove(id, row)
        }
    }

    private func insert(
        _ insertion: EncodedRecordUnit.Insertion, _ mint: Minted?, _ at: Int64
    ) throws(DatabaseError) -> RecordReceipt {
        let (record, space) = (insertion.record, insertion.record.space)
        let collection = try number(of: space)
        lastSerial += 1
        let insert = statements.insert
        insert.bind(1, lastSerial)
        insert.bind(2, collection)
        insert.bind(3, space.account.value)
        insert.bind(4, space.mode == .live ? 0 : 1)
        insert.bind(5, record.state)
        insert.bind(6, at)
        insert.bind(7, record.due?.nanoseconds)
        insert.bind(8, mint?.text)
        insert.bind(9, record.body)
        try insert.run()
        for key in insertion.keys { try keep(key.digest) }
        if let mint { try keep(mint.digest) }
        for mark in record.marks {
            try change(statements.mark, mark, collection, space.account.value, space.mode == .live ? 0 : 1, lastSerial)
        }
        if let due = record.due { try schedule(lastSerial, due.nanoseconds) }
        return RecordReceipt(id: Record.ID(lastSerial), minted: mint?.text)
    }

    private func edit(
        _ edit: RecordEdit, _ row: Row, _ keys: [EncodedRecordUnit.Key], _ at: Int64
    ) throws(DatabaseError) -> RecordReceipt {
        let due = edit.due?.nanoseconds
        try update(edit.id, state: edit.state, since: edit.state == row.state ? row.since : at, due, edit.body)
        for key in keys { try keep(key.digest, of: edit.id.value) }
        for mark in edit.unmarked {
            try change(statements.unmark, mark, row.collection, row.account, row.mode, edit.id.value)
        }
        for mark in edit.marked {
            try change(statements.mark, mark, row.collection, row.account, row.mode, edit.id.value)
        }
        if row.due != due {
            try unschedule(edit.id.value, row.due)
            if let due { try schedule(edit.id.value, due) }
        }
        return RecordReceipt(id: edit.id)
    }

    private func remove(_ id: Record.ID, _ row: Row) throws(DatabaseError) -> RecordReceipt {
        try update(id, state: "", since: row.since, nil, [])
        try unschedule(id.value, row.due)
        let marks = try connection.prepare(
            "DELETE FROM record_mark WHERE collection = ? AND account = ? AND mode = ? AND record = ?",
            "remove a record's marks")
        marks.bind(1, row.collection)
        marks.bind(2, row.account)
        marks.bind(3, row.mode)
        marks.bind(4, id.value)
        try marks.run()
        return RecordReceipt(id: id)
    }

    private func update(
        _ id: Record.ID, state: String, since: Int64, _ due: Int64?, _ body: [UInt8]
    ) throws(DatabaseError) {
        let update = statements.update
        update.bind(1, id.value)
        update.bind(2, state)
        update.bind(3, since)
        update.bind(4, due)
        update.bind(5, body)
        try update.run()
    }

    private func keep(_ key: Digest256, of record: Int64? = nil) throws(DatabaseError) {
        lastKey += 1
        let insert = statements.key
        insert.bind(1, lastKey)
        insert.bind(2, Int64(bitPattern: key.firstWord))
        insert.bind(3, record ?? lastSerial)
        insert.bind(4, key.bytes)
        try insert.run()
        keys.insert(key.firstWord, row: lastKey)
        inserted.append((key.firstWord, lastKey))
    }

    private func change(
        _ statement: Statement, _ mark: RecordMark, _ collection: Int64, _ account: Int64, _ mode: Int64,
        _ record: Int64
    ) throws(DatabaseError) {
        statement.bind(1, collection)
        statement.bind(2, account)
        statement.bind(3, mode)
        statement.bind(4, mark.name)
        statement.bind(5, mark.value)
        statement.bind(6, record)
        try statement.run()
    }

    private func schedule(_ record: Int64, _ due: Int64) throws(DatabaseError) {
        statements.schedule.bind(1, due)
        statements.schedule.bind(2, record)
        try statements.schedule.run()
        earliestDue = min(earliestDue ?? due, due)
    }

    private func unschedule(_ record: Int64, _ due: Int64?) throws(DatabaseError) {
        guard let due else { return }
        statements.unschedule.bind(1, due)
        statements.unschedule.bind(2, record)
        try statements.unschedule.run()
    }

    private func number(of space: RecordSpace) throws(DatabaseError) -> Int64 {
        let name = CollectionName(origin: space.origin, collection: space.collection)
        if let known = collections[name] { return known }
        let insert = try connection.prepare(
            """
            INSERT INTO record_collection (origin, name) VALUES (?1, ?2)
            ON CONFLICT DO UPDATE SET name = ?2 RETURNING id
            """, "number a collection")
        insert.bind(1, personalities.number(space.origin) ?? 0)
        insert.bind(2, space.collection)
        let number = try insert.first { $0.integer(0) } ?? 0
        collections[name] = number
        return number
    }
}

/// What the writer runs on every record, prepared once.
private struct RecordStatements {
    let row: Statement
    let holder: Statement
    let insert: Statement
    let update: Statement
    let key: Statement
    let mark: Statement
    let unmark: Statement
    let schedule: Statement
    let unschedule: Statement

    init(_ connection: Connection) throws(DatabaseError) {
        row = try connection.prepare(
            "SELECT collection, account, mode, state, version, since, due FROM record WHERE id = ?", "look at a record")
        holder = try connection.prepare(
            "SELECT k.key, r.state, r.since FROM record_key k JOIN record r ON r.id = k.record WHERE k.id = ?",
            "look at who has a key")
        insert = try connection.prepare(
            """
            INSERT INTO record (id, collection, account, mode, state, version, created, since, due, minted, body)
            VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?6, ?7, ?8, ?9)
            """, "insert a record")
        update = try connection.prepare(
            "UPDATE record SET state = ?2, version = version + 1, since = ?3, due = ?4, body = ?5 WHERE id = ?1",
            "change a record")
        key = try connection.prepare(
            "INSERT INTO record_key (id, key64, record, key) VALUES (?, ?, ?, ?)", "keep a record's key")
        mark = try connection.prepare(
            """
            INSERT INTO record_mark (collection, account, mode, name, value, record) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO NOTHING
            """, "mark a record")
        unmark = try connection.prepare(
            """
            DELETE FROM record_mark WHERE collection = ? AND account = ? AND mode = ? AND name = ? AND value = ?
            AND record = ?
            """, "unmark a record")
        schedule = try connection.prepare(
            "INSERT INTO record_due (due, record) VALUES (?, ?) ON CONFLICT DO NOTHING", "schedule a record")
        unschedule = try connection.prepare(
            "DELETE FROM record_due WHERE due = ? AND record = ?", "unschedule a record")
    }
}

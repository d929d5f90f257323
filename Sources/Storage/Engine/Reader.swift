import Base
import Crypto
import Database
import Model
import Ports
import Rows

/// One connection's prepared reads, inside a snapshot that its user begins and ends; one user at a time (`ReaderPool`,
/// `TurnReader`).
final class Reader {
    let connection: Connection
    let seal: StoreSeal
    /// Heads that are sealed and could not be opened so far.
    private(set) var unopened = 0
    private let begin: Statement
    private let end: Statement
    private let messageByID: Statement
    private let messageHeadByID: Statement
    private let contentOf: Statement
    private let contentBytesOf: Statement
    private let pendingOf: Statement
    private let eventsOf: Statement
    private let eventNumbers: EventNumbers
    /// Prepared at its first use: a process whose dialects keep no answers has none.
    var answers: AnswerStatements?
    /// Opened at its first use: small databases have no segments on disk.
    var lists: ListReader?
    private var webhookReader: WebhookReader?
    private var relayReader: RelayReader?
    private var templateReader: TemplateReader?
    private var recordQueries: RecordQueries?

    static let columns = "m.id, m.account, m.origin, m.key, m.domain, m.mode, m.at, m.head"

    init(path: String, seal: StoreSeal = .none) throws(DatabaseError) {
        self.seal = seal
        connection = try Connection(path: path, access: .readOnly)
        eventNumbers = EventNumbers(boundary: try Cells.boundary(connection))
        begin = try connection.prepare("BEGIN", "begin a read")
        end = try connection.prepare("COMMIT", "end a read")
        messageByID = try connection.prepare(
            "SELECT \(Self.columns), m.body FROM message m WHERE m.id = ?", "read a message")
        contentOf = try connection.prepare("SELECT name FROM content WHERE message = ?", "read a content's name")
        contentBytesOf = try connection.prepare(
            "SELECT bytes FROM content WHERE message = ?", "read a content's size")
        messageHeadByID = try connection.prepare(
            "SELECT \(Self.columns) FROM message m WHERE m.id = ?", "read a message head")
        pendingOf = try connection.prepare(
            "SELECT id, due, attempts FROM delivery WHERE id BETWEEN ? AND ?", "read a message's deliveries")
        eventsOf = try connection.prepare(
            "SELECT id, message, recipient, kind, at, detail FROM event WHERE message = ? ORDER BY id", "read events")
    }

    /// The reads of webhooks on this connection.
    func webhooks(_ personalities: PersonalityNumbers) -> WebhookReader {
        if let webhookReader { return webhookReader }
        let made = WebhookReader(connection, personalities: personalities, seal: seal)
        webhookReader = made
        return made
    }

    /// The reads of relayed requests on this connection.
    func relays(_ personalities: PersonalityNumbers) throws(DatabaseError) -> RelayReader {
        if let relayReader { return relayReader }
        let made = try RelayReader(connection, personalities: personalities, seal: seal)
        relayReader = made
        return made
    }

    /// The reads of templates on this connection.
    func templates(_ personalities: PersonalityNumbers) -> TemplateReader {
        if let templateReader { return templateReader }
        let made = TemplateReader(connection, personalities: personalities)
        templateReader = made
        return made
    }

    /// The reads of records on this connection.
    func records(_ personalities: PersonalityNumbers) -> RecordQueries {
        if let recordQueries { return recordQueries }
        let made = RecordQueries(connection, personalities: personalities)
        recordQueries = made
        return made
    }

    // MARK: Snapshots

    /// One view of the database for all reads until `endSnapshot`; it begins with the first of them.
    func beginSnapshot() throws(DatabaseError) { try begin.run() }

    func endSnapshot() throws(DatabaseError) { try end.run() }

    func snapshot<Value>(_ read: () throws(DatabaseError) -> Value) throws(DatabaseError) -> Value {
        try beginSnapshot()
        do throws(DatabaseError) {
            let value = try read()
            try endSnapshot()
            return value
        } catch {
            try? endSnapshot()
            throw error
        }
    }

    // MARK: One message

    func message(_ id: Message.ID, content: Bool) throws(DatabaseError) -> MessageRow? {
        let statement = content ? messageByID : messageHeadByID
        statement.bind(1, id.value)
        guard var row = try statement.first({ self.row($0, content: content) }) else { return nil }
        if content, row.body == nil {
            contentOf.bind(1, id.value)
            row.contentName = try contentOf.first { $0.text(0) }
            row.isContentGone = row.contentName == nil
        }
        try addState(to: &row)
        return row
    }

    /// Of a content in a file of its own.
    func contentBytes(of id: Message.ID) throws(DatabaseError) -> Int? {
        contentBytesOf.bind(1, id.value)
        return try contentBytesOf.first { Int($0.integer(0)) }
    }

    func row(_ statement: Statement, content: Bool) -> MessageRow {
        let account = statement.integer(1)
        let head = seal.opened(statement.bytes(7), .head, of: account)
        if head == nil { unopened += 1 }
        return MessageRow(
            id: statement.integer(0), account: account, origin: statement.integer(2),
            key: statement.optionalInteger(3), domain: statement.optionalInteger(4), mode: statement.integer(5),
            at: Instant(nanoseconds: statement.integer(6)),
            submission: head.flatMap { try? MessageRecord.submission(head: $0) },
            // One that cannot be opened does not read back either.
            body: content ? statement.optionalBytes(8).map { seal.opened($0, .body, of: account) ?? $0 } : nil)
    }

    func addState(to row: inout MessageRow) throws(DatabaseError) {
        eventsOf.bind(1, row.id)
        var events: [MailEvent] = []
        try eventsOf.forEach { self.append($0, to: &events) }
        row.events = events
        if !row.isFinished { try addPending(to: &row) }
    }

    private func addPending(to row: inout MessageRow) throws(DatabaseError) {
        let range = DeliveryID.range(of: Message.ID(row.id))
        pendingOf.bind(1, range.lowerBound)
        pendingOf.bind(2, range.upperBound)
        var pending: [MessageRow.Pending] = []
        try pendingOf.forEach { statement in
            pending.append(
                MessageRow.Pending(
                    recipient: DeliveryID(packed: statement.integer(0)).recipient,
                    due: Instant(nanoseconds: statement.integer(1)), attempts: Int(statement.integer(2))))
        }
        row.pending = pending
    }

    private func append(_ statement: Statement, to events: inout [MailEvent]) {
        let kinds = EventRecord.kinds(statement.integer(3))
        let last = Self.event(statement, kinds[kinds.count - 1])
        for (place, kind) in kinds.enumerated() {
            var event = last
            event.id = eventNumbers.number(at: place, of: kinds.count, last: last.id.value)
            event.kind = kind
            // Of a row of several, the acceptance is the message's.
            events.append(kind == .accepted && kinds.count > 1 ? event.ofMessage : event)
        }
    }

    private static func event(_ statement: Statement, _ kind: MailEvent.Kind) -> MailEvent {
        var event = MailEvent(
            id: MailEvent.ID(statement.integer(0)), message: Message.ID(statement.integer(1)),
            recipient: statement.optionalInteger(2).map { Int($0) }, kind: kind,
            at: Instant(nanoseconds: statement.integer(4)))
        // A detail that does not read back is left out: the event itself still happened.
        if kind == .rescheduled {
            event.due = statement.optionalBytes(5).flatMap { try? EventRecord.due($0) }
        } else {
            event.attempt = statement.optionalBytes(5).flatMap { try? EventRecord.result($0) }
        }
        return event
    }

    // MARK: Lists

    func messages(_ query: QueryFilter) throws(DatabaseError) -> Page<MessageRow> { try unfiltered(query) }

    private func unfiltered(_ query: QueryFilter) throws(DatabaseError) -> Page<MessageRow> {
        var page = try query.slice.page { window throws(DatabaseError) in try rows(query, window) }
        if query.slice.wantsTotal {
            let count = try connection.prepare(MessageCounts.totalSQL(ofOwner: query.account != nil), "count messages")
            Self.bindOwner(query, count)
            page.total = Int(try count.first { $0.integer(0) } ?? 0)
        }
        for index in page.items.indices { try addState(to: &page.items[index]) }
        return page
    }

    /// Looks at every message of the owner until the page is full: states, substrings and tags have no index, and a
    /// total wants all of them anyway. nil where `isLate` says so before that.
    func scan(
        _ query: QueryFilter, isLate: () -> Bool
    ) throws(DatabaseError) -> Page<MessageRow>? {
        var total = 0
        var isCut = false
        var page = try query.slice.page { window throws(DatabaseError) in
            var found: [MessageRow] = []
            var next = window
            (next.offset, next.limit, total) = (0, StorageLimits.rowsPerFilteredRead, 0)
            for _ in 0..<StorageLimits.rowsPerFilteredList / StorageLimits.rowsPerFilteredRead {
                if isLate() {
                    isCut = true
                    return found
                }
                let rows = try rows(query, next)
                for var row in rows where try admits(query, &row) {
                    if total >= window.offset, found.count < window.limit { found.append(row) }
                    total += 1
                }
                if found.count >= window.limit, !query.slice.wantsTotal { return found }
                guard let last = rows.last, rows.count == next.limit else { return found }
                next.place = last.id
            }
            return found
        }
        if query.slice.wantsTotal { page.total = total }
        return isCut ? nil : page
    }

    /// Whether the query wants a row, to which its state is added on the way.
    func admits(_ query: QueryFilter, _ row: inout MessageRow) throws(DatabaseError) -> Bool {
        guard query.admits(domain: row.domain, at: row.at) else { return false }
        try addState(to: &row)
        guard let message = try? row.message(origin: PersonalityID("")) else { return false }
        return query.admits(message)
    }

    /// Without their states.
    private func rows(_ query: QueryFilter, _ window: ListWindow) throws(DatabaseError) -> [MessageRow] {
        let list = try connection.prepare(Self.listSQL(ofOwner: query.account != nil, window), "list messages")
        Self.bindOwner(query, list)
        window.bind(to: list, from: 3)
        var rows: [MessageRow] = []
        try list.forEach { rows.append(self.row($0, content: false)) }
        return rows
    }

    static func listSQL(ofOwner: Bool, _ window: ListWindow) -> String {
        let (place, order) = window.sql(by: "m.id", from: 3)
        let owner = ofOwner ? "m.account = ?1 AND m.origin = ?2 AND " : ""
        return "SELECT \(columns) FROM message m WHERE \(owner)\(place) \(order)"
    }

    private static func bindOwner(_ query: QueryFilter, _ statement: Statement) {
        guard let account = query.account else { return }
        statement.bind(1, account)
        statement.bind(2, query.origin)
    }

    func events(after event: MailEvent.ID, limit: Int) throws(DatabaseError) -> [MailEvent] {
        let statement = try connection.prepare(
            "SELECT id, message, recipient, kind, at, detail FROM event WHERE id > ? ORDER BY id LIMIT ?",
            "follow events")
        statement.bind(1, event.value)
        statement.bind(2, Int64(limit))
        var events: [MailEvent] = []
        try statement.forEach { self.append($0, to: &events) }
        // A row may hold several: its first may have been asked for before, and its last be too many.
        return Array(events.drop { $0.id <= event }.prefix(limit))
    }

    func latestEvents(limit: Int) throws(DatabaseError) -> [MailEvent] {
        let statement = try connection.prepare(
            "SELECT id, message, recipient, kind, at, detail FROM event ORDER BY id DESC LIMIT ?",
            "read the latest events")
        statement.bind(1, Int64(limit))
        var rows: [[MailEvent]] = []
        try statement.forEach { row in
            var events: [MailEvent] = []
            self.append(row, to: &events)
            rows.append(events)
        }
        return Array(rows.reversed().joined().suffix(limit))
    }

    // MARK: At start

    /// The next `limit` of them after `last`, in the order of acceptance.
    func pendingDeliveries(
        after last: DeliveryID, limit: Int, _ personalities: PersonalityNumbers
    ) throws(DatabaseError) -> [PendingDelivery] {
        let statement = try connection.prepare(Self.pending + "WHERE id > ? ORDER BY id LIMIT ?", "read the queue")
        statement.bind(1, last.packed)
        statement.bind(2, Int64(limit))
        return try pendingDeliveries(statement, personalities)
    }

    /// Latest first.
    func latestPendingDeliveries(
        skip: Int, limit: Int, _ personalities: PersonalityNumbers
    ) throws(DatabaseError) -> [PendingDelivery] {
        let statement = try connection.prepare(
            Self.pending + "ORDER BY id DESC LIMIT ? OFFSET ?", "read the end of the queue")
        statement.bind(1, Int64(limit))
        statement.bind(2, Int64(skip))
        return try pendingDeliveries(statement, personalities)
    }

    private static let pending =
        "SELECT id, due, attempts, destination, simulation, account, origin, policy, expires FROM delivery "

    private func pendingDeliveries(
        _ statement: Statement, _ personalities: PersonalityNumbers
    ) throws(DatabaseError) -> [PendingDelivery] {
        let policies = try RetryPolicies.all(connection)
        var pending: [PendingDelivery] = []
        // One mailing goes to few destinations, and neighbours share their text, as they do the rest.
        var destination = ""
        var origin = (number: Int64.min, id: PersonalityID(""))
        var policy = (number: Int64.min, value: RetryPolicy.mail)
        try statement.forEach { row in
            let text = row.text(3)
            if text != destination { destination = text }
            if origin.number != row.integer(6) { origin = (row.integer(6), personalities.id(row.integer(6))) }
            if policy.number != row.integer(7) { policy = (row.integer(7), policies[row.integer(7)] ?? .mail) }
            pending.append(
                PendingDelivery(
                    id: DeliveryID(packed: row.integer(0)), due: Instant(nanoseconds: row.integer(1)),
                    attempts: Int(row.integer(2)), destination: destination,
                    simulation: SimulatedOutcome(code: row.integer(4)), account: Account.ID(row.integer(5)),
                    origin: origin.id, policy: policy.value,
                    expires: Instant(nanoseconds: row.integer(8))))
        }
        return pending
    }

    func directory() throws(DatabaseError) -> DirectoryImage {
        var image = DirectoryImage(accounts: [], keys: [], domains: [])
        try connection.prepare(
            "SELECT id, name, parent, state, created FROM account WHERE state <> 'removed'", "read accounts"
        ).forEach { row in
            image.accounts.append(
                Account(
                    id: Account.ID(row.integer(0)), name: row.text(1),
                    parent: row.optionalInteger(2).map(Account.ID.init),
                    state: Account.State(rawValue: row.text(3)) ?? .suspended,
                    createdAt: Instant(nanoseconds: row.integer(4))))
        }
        image.keys = try keys()
        image.domains = try domains()
        return image
    }

    func keyCheck() throws(DatabaseError) -> [UInt8]? {
        try connection.prepare("SELECT sealed FROM key_check", "read the key file's check value").first { $0.bytes(0) }
    }

    private func keys() throws(DatabaseError) -> [StoredKey] {
        var keys: [StoredKey] = []
        let statement = try connection.prepare(
            """
            SELECT id, account, personality, kind, mode, scopes, domains, networks, label, prefix, created, expires,
            revoked, digest, at, user, changed FROM access_key LEFT JOIN key_use ON key = id
            WHERE account IN (SELECT a.id FROM account a WHERE a.state <> 'removed')
            """, "read keys")
        try statement.forEach { row in
            guard let digest = Digest256(bytes: row.bytes(13)) else { return }
            keys.append(StoredKey(key: Self.key(row), digest: digest))
        }
        return keys
    }

    private static func key(_ row: Statement) -> AccessKey {
        AccessKey(
            id: AccessKey.ID(row.integer(0)), account: Account.ID(row.integer(1)),
            personality: PersonalityID(row.text(2)), kind: AccessKey.Kind(rawValue: row.text(3)) ?? .public,
            mode: AccessKey.Mode(rawValue: row.text(4)) ?? .test, scopes: Words.split(row.text(5)),
            domains: Words.split(row.text(6)), allowedNetworks: Words.split(row.text(7)).compactMap { IPNetwork($0) },
            label: row.text(8), prefix: row.text(9), createdAt: Instant(nanoseconds: row.integer(10)),
            expiresAt: row.optionalInteger(11).map { Instant(nanoseconds: $0) },
            revokedAt: row.optionalInteger(12).map { Instant(nanoseconds: $0) },
            lastUsedAt: row.optionalInteger(14).map { Instant(nanoseconds: $0) }, user: row.optionalText(15),
            changedAt: row.optionalInteger(16).map { Instant(nanoseconds: $0) })
    }
}

extension MailEvent {
    /// The same without what is a recipient's alone.
    fileprivate var ofMessage: MailEvent {
        MailEvent(id: id, message: message, recipient: nil, kind: kind, at: at)
    }
}

/// Lists of words in one column, which none of them can contain a space of.
enum Words {
    static func join(_ words: [String]) -> String { words.joined(separator: " ") }
    static func split(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }
}

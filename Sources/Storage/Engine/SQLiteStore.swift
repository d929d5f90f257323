package import Base
import Database
package import Model
package import Ports
import Posix
import Rows
import Synchronization

/// The kernel's `Store` on SQLite: one file in WAL mode with `synchronous=FULL`, one writer thread that commits in
/// groups, connections for reading, large contents in files of their own beside it.
///
/// **Threads.** Any. A commit encodes on the caller's thread, waits for the writer without blocking, and comes back on
/// the caller's loop together with all others of that loop. A look-up by id runs on the caller's thread, as it takes
/// microseconds; lists, scans and contents in files run on threads of
/// their own, each kind apart.
package final class SQLiteStore: Engine {
    let writer: Writer
    private let readers: ReaderPool
    private let contents: any ContentStore
    private let pools: Pools
    private let scans = ScanGate()
    private let time: any TimeSource
    private let checkpointer: Checkpointer
    private let threads: Threads
    let personalities: PersonalityNumbers
    let recordKeys = RecordKeys()
    let answerKeys = AnswerKeys()
    private let path: String
    private let log: Log
    private let isClosed = Mutex(false)
    let lists: ListIndex
    private let seal: StoreSeal
    private let projector: ListProjector

    /// Threads for work that blocks: what takes long of one kind delays no other.
    private struct Pools: Sendable {
        let contents: WorkerPool
        let lists: WorkerPool
        let scans: WorkerPool

        init() throws(PosixError) {
            let capacity = StorageLimits.backgroundQueue
            contents = try WorkerPool(name: "content", threads: StorageLimits.contentThreads, capacity: capacity)
            lists = try WorkerPool(name: "list", threads: StorageLimits.listThreads, capacity: capacity)
            scans = try WorkerPool(
                name: "scan", threads: StorageLimits.scanThreads, capacity: capacity, givesWay: true)
        }

        func stop() { for pool in [contents, lists, scans] { pool.stop() } }
    }

    /// The threads that `close` joins.
    private struct Threads: Sendable {
        let writer: Thread
        let checkpoint: Thread
        let lists: Thread
    }

    /// Opens the database at `path`, making it and its folder if need be, and brings its schema up to date. The caller
    /// holds the exclusive lock on it (`Posix.FileLock`). Starts the writer. `seal`: by which what is stored is sealed
    /// and opened. `segmentMessages`: what the lists' index keeps in one piece.
    package static func open(
        path: String, origins: [PersonalityID], webhooks: [PersonalityID: WebhookRules] = [:],
        suppressing: [PersonalityID: AutoSuppression] = [:], seal: StoreSeal = .none,
        segmentMessages: Int = StorageLimits.messagesPerListSegment, time: any TimeSource, log: Log
    ) throws(StorageError) -> SQLiteStore {
        do {
            return try SQLiteStore(
                path: path, origins: origins, webhooks: webhooks, suppressing: suppressing,
                seal: seal, lists: ListIndex(segmentMessages: segmentMessages), time: time, log: log)
        } catch let error as StorageError {
            throw error
        } catch let error as DatabaseError {
            throw .database(error.description)
        } catch let error as PosixError {
            throw .file(error.description)
        } catch let error as ContentError {
            throw .file(error.description)
        } catch MigrationError.newer(let found, let known) {
            throw .newerSchema(found: found, known: known)
        } catch MigrationError.database(let error) {
            throw .database(error.description)
        } catch {
            throw .database("unknown")
        }
    }

    private init(
        path: String, origins: [PersonalityID], webhooks: [PersonalityID: WebhookRules],
        suppressing: [PersonalityID: AutoSuppression], seal: StoreSeal, lists: ListIndex, time: any TimeSource, log: Log
    ) throws {
        self.path = path
        self.lists = lists
        self.seal = seal
        self.log = log
        self.time = time
        guard !Files.exists(DatabaseBackup.unfinishedRestore(of: path)) else {
            throw StorageError.file("a restore of it was cut off while it exchanged files: run `restore` again")
        }
        try Files.makeFolder(Files.parent(of: path))
        let connection = try Connection(path: path, access: .readWrite)
        try Self.prepare(connection)
        _ = try connection.migrate(Schema.migrations)
        try Files.setMode(path, 0o600)
        personalities = try PersonalityNumbers(connection, origins: origins + [.reports, .capture])
        contents = ContentFiles(folder: path + ".contents")
        try contents.removeOrphans(known: try ContentNames.all(connection))
        checkpointer = try Checkpointer(path: path) { error in
            log.error("checkpoint-failed") { $0.add("reason", OperatorText(error.description)) }
        }
        readers = ReaderPool(path: path, seal: seal)
        pools = try Pools()
        writer = try Writer(
            connection: connection, checkpointer: checkpointer, personalities: personalities, recordKeys: recordKeys,
            answerKeys: answerKeys, lists: lists, seal: seal, webhooks: webhooks, suppressing: suppressing, time: time,
            log: log)
        let (contents, pool) = (contents, pools.contents)
        writer.removeContents { names in
            Task { await pool.run { for name in names { contents.remove(name) } } }
        }
        projector = try ListProjector(path: path, seal: seal, index: lists, writer: writer, time: time, log: log)
        writer.observe { [projector] in projector.wake() }
        threads = Threads(writer: writer.start(), checkpoint: checkpointer.start(), lists: projector.start())
    }

    /// Settings that only last as long as the connection, and those of a new file.
    private static func prepare(_ connection: Connection) throws(DatabaseError) {
        try connection.execute(
            """
            PRAGMA page_size = \(DatabaseLimits.pageBytes);
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA cache_size = -\(DatabaseLimits.cacheKibibytes);
            PRAGMA temp_store = MEMORY;
            PRAGMA mmap_size = 0;
            PRAGMA foreign_keys = ON;
            PRAGMA wal_autocheckpoint = 0;
            """, "set up the connection")
        connection.countLogFrames()
    }

    package func observe(_ observer: any DeliveryObserver) { writer.observe(observer) }

    package func observe(facts observer: any FactObserver) { writer.observe(facts: observer) }

    /// False while the disk takes nothing; and once a sync has failed, until the program is started again.
    package var isWritable: Bool { writer.isWritable }

    /// Deliveries since it was opened that were simulated as delivered with their acceptance, and never queued.
    package var deliveredAtOnce: UInt64 { writer.figures.deliveredAtOnce }

    /// What was written since it was opened, what waits, and the sizes of its files.
    package func figures() async -> StoreFigures {
        var figures = writer.figures
        let path = path
        (figures.databaseBytes, figures.logBytes) = await pools.lists.run {
            (Files.size(path) ?? 0, Files.size(path + "-wal") ?? 0)
        }
        return figures
    }

    /// Commits what waits, then ends the threads. Nothing may be called afterwards but `close`, which waits for the
    /// first to end and does nothing more.
    ///
    /// The log is brought back and made empty, so that a copy of the database's file is a whole one.
    package func close() {
        isClosed.withLock { isClosed in
            guard !isClosed else { return }
            isClosed = true
            end()
        }
    }

    /// A thread is joined once.
    private func end() {
        projector.stop()
        threads.lists.join()
        writer.stop()
        threads.writer.join()
        checkpointer.stop()
        threads.checkpoint.join()
        pools.stop()
        writer.emptyLog()
    }

    // MARK: Store

    package func commit(_ changes: [Change]) async -> [ChangeOutcome] {
        var encoded: [EncodedChange] = []
        encoded.reserveCapacity(changes.count)
        for change in changes { encoded.append(EncodedChange(change)) }
        // Most bring no large content, and nothing more is asked about files.
        let hasContents = encoded.contains { $0.largestBody > inlineBodyBytes }
        do throws(KernelFailure) {
            if hasContents { try await storeContents(&encoded) }
            try sealRows(&encoded)
        } catch {
            await removeContents(encoded)
            return changes.map { _ in .refused(error) }
        }
        let outcomes = await writer.commit(encoded)
        if hasContents { await removeContents(encoded, unlessAcceptedBy: outcomes) }
        return outcomes
    }

    /// A body that is sealed has to be within its row's bounds still.
    private var inlineBodyBytes: Int { StorageLimits.inlineBodyBytes - (seal.isOn ? StoreSeal.addedBytes : 0) }

    private func sealRows(_ changes: inout [EncodedChange]) throws(KernelFailure) {
        guard seal.isOn else { return }
        do {
            for index in changes.indices { try changes[index].seal(with: seal) }
        } catch {
            throw .internalError(incident: "what was to be stored could not be sealed")
        }
    }

    package func message(_ id: Message.ID, content: Bool) async throws(KernelFailure) -> Message? {
        let row = try read { reader throws(DatabaseError) in try reader.message(id, content: content) }
        guard var row else { return nil }
        if content, let name = row.contentName {
            row.body = try await contentFile(name, .body, of: row.account)
        }
        return try message(row)
    }

    package func contentBytes(of id: Message.ID) async throws(KernelFailure) -> Int? {
        try read { reader throws(DatabaseError) in try reader.contentBytes(of: id) }
    }

    package func messages(_ query: MessageQuery) async throws(KernelFailure) -> Page<Message> {
        let filter = try QueryFilter(query, personalities: personalities)
        let page =
            filter.filter.isEmpty
            ? try await inBackground { reader throws(DatabaseError) in try reader.messages(filter) }
            : try await filtered(filter)
        var messages: [Message] = []
        messages.reserveCapacity(page.items.count)
        for row in page.items { messages.append(try message(row)) }
        return Page(items: messages, hasMore: page.hasMore, hasPrevious: page.hasPrevious, total: page.total)
    }

    package func tally(of tenant: Tenant, at now: Instant) async throws(KernelFailure) -> MessageTally {
        let origin = personalities.number(tenant.origin) ?? 0
        return try await inBackground { reader throws(DatabaseError) in
            try reader.tally(account: tenant.account.value, origin: origin, now: now)
        }
    }

    package func events(after event: MailEvent.ID, limit: Int) async throws(KernelFailure) -> [MailEvent] {
        try await inBackground { reader throws(DatabaseError) in try reader.events(after: event, limit: limit) }
    }

    package func latestEvents(limit: Int) async throws(KernelFailure) -> [MailEvent] {
        try await inBackground { reader throws(DatabaseError) in try reader.latestEvents(limit: limit) }
    }

    package func keyCheck() async throws(KernelFailure) -> [UInt8]? {
        try await inBackground { reader throws(DatabaseError) in try reader.keyCheck() }
    }

    package func directory() async throws(KernelFailure) -> DirectoryImage {
        try await inBackground { reader throws(DatabaseError) in try reader.directory() }
    }

    package func pendingDeliveries(
        after last: DeliveryID, limit: Int
    ) async throws(KernelFailure) -> [PendingDelivery] {
        try await inBackground { [personalities] reader throws(DatabaseError) in
            try reader.pendingDeliveries(after: last, limit: limit, personalities)
        }
    }

    // MARK: Inside

    func read<Value>(
        _ body: (Reader) throws(DatabaseError) -> Value
    ) throws(KernelFailure) -> Value {
        do {
            return try readers.read(after: writer.commits, body)
        } catch {
            throw .storageUnavailable
        }
    }

    func inBackground<Value: Sendable>(
        _ body: @escaping @Sendable (Reader) throws(DatabaseError) -> Value
    ) async throws(KernelFailure) -> Value {
        try await run(on: pools.lists, body)
    }

    private func run<Value: Sendable>(
        on pool: WorkerPool, _ body: @escaping @Sendable (Reader) throws(DatabaseError) -> Value
    ) async throws(KernelFailure) -> Value {
        try await lend(on: pool) { reader throws(DatabaseError) in
            try reader.snapshot { () throws(DatabaseError) in try body(reader) }
        }
    }

    /// `body` begins snapshots itself.
    private func lend<Value: Sendable>(
        on pool: WorkerPool, _ body: @escaping @Sendable (Reader) throws(DatabaseError) -> Value
    ) async throws(KernelFailure) -> Value {
        let readers = readers
        let result = await pool.offer { () -> Result<Value, KernelFailure> in
            do {
                return .success(try readers.lend(body))
            } catch {
                return .failure(.storageUnavailable)
            }
        }
        guard let result else { throw Self.overloaded }
        return try result.get()
    }

    private static let overloaded = KernelFailure.overloaded(
        retryAfter: .seconds(StorageLimits.retryAfterSeconds))

    // MARK: Lists that are narrowed

    private func filtered(_ filter: QueryFilter) async throws(KernelFailure) -> Page<MessageRow> {
        try await narrowed(of: filter.account ?? 0) { [lists, path] reader, rowsBehind, isLate throws(DatabaseError) in
            guard let terms = try reader.terms(filter), rowsBehind == nil || !terms.asksRows else { return nil }
            let source = Reader.ListSource(
                index: lists, path: path, looseMax: rowsBehind ?? StorageLimits.rowsPerFilteredList, isLate: isLate)
            return try reader.indexed(filter, terms, source)
        } scan: { reader, isLate throws(DatabaseError) in
            try reader.scan(filter, isLate: isLate)
        }
    }

    func narrowed(_ query: DeliveryQuery) async throws(KernelFailure) -> Page<DeliveryPart> {
        let account = query.tenant.account.value
        return try await narrowed(of: account) {
            [lists, path, personalities] reader, rowsBehind, isLate throws(DatabaseError) in
            let origin = personalities.number(query.tenant.origin) ?? -1
            guard
                let terms = ListTerms(
                    query.filter, of: ListKey.Owner(account: account, origin: origin, salt: reader.seal.listsSalt)),
                rowsBehind == nil || !query.filter.asksTexts
            else { return nil }
            let source = Reader.ListSource(
                index: lists, path: path, looseMax: rowsBehind ?? StorageLimits.rowsPerFilteredList, isLate: isLate)
            return try reader.indexed(query, terms, origin: origin, source)
        } scan: { [personalities] reader, isLate throws(DatabaseError) in
            try reader.parts(query, personalities, isLate: isLate)
        }
    }

    /// What the index answers is answered among the lists that an index serves. What else has to be looked at is a
    /// scan: of an account one at a time, and not for long.
    private func narrowed<Item: Sendable>(
        of account: Int64,
        indexed: @escaping @Sendable (Reader, Int?, @escaping () -> Bool) throws(DatabaseError) -> Page<Item>?,
        scan: @escaping @Sendable (Reader, () -> Bool) throws(DatabaseError) -> Page<Item>?
    ) async throws(KernelFailure) -> Page<Item> {
        let end = time.uptime + StorageLimits.scanDuration
        let quick = time.uptime + StorageLimits.indexedDuration
        let found = try await lend(on: pools.lists) { [time] reader throws(DatabaseError) in
            try indexed(reader, StorageLimits.listRowsBehind) { time.uptime >= quick }
        }
        if let found { return found }
        guard await scans.begin(account) else { throw Self.overloaded }
        defer { scans.end(account) }
        let page = try await lend(on: pools.scans) { [time] reader throws(DatabaseError) -> Page<Item>? in
            let isLate = { time.uptime >= end }
            if let page = try indexed(reader, nil, isLate) { return page }
            return try reader.snapshot { () throws(DatabaseError) in try scan(reader, isLate) }
        }
        guard let page else { throw Self.overloaded }
        return page
    }

    /// Returns once all that is committed by now is in the lists' index.
    func listsCaughtUp() async { await lists.wait(for: writer.commits) { projector.wake() } }

    private func message(_ row: MessageRow) throws(KernelFailure) -> Message {
        do {
            return try row.message(origin: personalities.id(row.origin))
        } catch {
            throw .internalError(incident: "message \(row.id) does not read back")
        }
    }

    // MARK: Contents in files

    /// Writes the large bodies among the changes to files that are on disk before the transaction begins.
    private func storeContents(_ changes: inout [EncodedChange]) async throws(KernelFailure) {
        for index in changes.indices {
            if case .keyed(var plan) = changes[index] {
                try await storeContents(&plan.changes)
                changes[index] = .keyed(plan)
            }
            if case .all(var parts) = changes[index] {
                try await storeContents(&parts)
                changes[index] = .all(parts)
            }
            switch changes[index] {
            case .accept(var message) where message.body.count > inlineBodyBytes:
                message.contentName = try await storeContent(message.body, .body, of: message.message.account)
                message.contentBytes = message.body.count
                message.body = []
                changes[index] = .accept(message)
            case .relay(var relay) where relay.body.count > inlineBodyBytes:
                relay.contentName = try await storeContent(relay.body, .relayBody, of: relay.account)
                relay.contentBytes = relay.body.count
                relay.body = []
                changes[index] = .relay(relay)
            default: break
            }
        }
    }

    private func storeContent(
        _ body: [UInt8], _ place: StoreSeal.Place, of account: Account.ID
    ) async throws(KernelFailure) -> String {
        let (contents, seal) = (contents, seal)
        let (writer, log) = (writer, log)
        let stored = await pools.contents.offer { () -> Result<String, KernelFailure> in
            do {
                return .success(try contents.store(try seal.sealed(body, place, of: account.value)))
            } catch {
                writer.noteRefusal()
                log.error("content-not-stored") { $0.add("reason", OperatorText("\(error)")) }
                return .failure(.storageUnavailable)
            }
        }
        guard let stored else { throw Self.overloaded }
        return try stored.get()
    }

    /// Removes files whose message was not accepted, or was a replay. What a crash leaves behind goes at the next
    /// start. After a failed sync nobody knows whether the message is on disk, so its file stays until the next start
    /// tells.
    private func removeContents(_ changes: [EncodedChange], unlessAcceptedBy outcomes: [ChangeOutcome] = []) async {
        guard !writer.isPoisoned else { return }
        for (index, change) in changes.enumerated() {
            if case .keyed(let plan) = change {
                let made: [ChangeOutcome] =
                    if index < outcomes.count, case .keyed(.fresh(let made)) = outcomes[index] { made } else { [] }
                await removeContents(plan.changes, unlessAcceptedBy: made)
            }
            if case .all(let parts) = change {
                await removeContents(
                    parts, unlessAcceptedBy: index < outcomes.count ? (try? outcomes[index].all()) ?? [] : [])
            }
            guard let name = change.contentName, index >= outcomes.count || !Self.isKept(outcomes[index]) else {
                continue
            }
            let contents = contents
            await pools.contents.run { contents.remove(name) }
        }
    }

    private static func isKept(_ outcome: ChangeOutcome) -> Bool {
        switch outcome {
        case .accepted(let acceptance): !acceptance.replayed
        case .done: true
        case .settled, .recorded, .keyed, .all, .refused: false
        }
    }

    func contentFile(
        _ name: String, _ place: StoreSeal.Place, of account: Int64
    ) async throws(KernelFailure) -> [UInt8] {
        let (contents, seal) = (contents, seal)
        let result = await pools.contents.run { () -> Result<[UInt8], KernelFailure> in
            do {
                let stored = try contents.read(name)
                guard let body = seal.opened(stored, place, of: account) else {
                    return .failure(.internalError(incident: "content \(name) does not open"))
                }
                return .success(body)
            } catch {
                return .failure(.storageUnavailable)
            }
        }
        return try result.get()
    }
}

/// Why the store could not be opened. Permanent: the operator mends it.
package enum StorageError: Error, Equatable, CustomStringConvertible {
    case database(String)
    case file(String)
    /// A newer version of the program has used this file.
    case newerSchema(found: Int, known: Int)

    package var description: String {
        switch self {
        case .database(let text), .file(let text): text
        case .newerSchema(let found, let known):
            "the database has schema version \(found), this program knows \(known): use the newer program"
        }
    }
}

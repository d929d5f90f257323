import Base
import Database
import Model
import Ports
import Posix
import Rows
import TestKit
import Testing

@testable import Storage

@Suite("SQLite writer")
struct WriterTests {
    private let folder: TemporaryFolder
    private let log = CollectingLog()

    init() throws { folder = try TemporaryFolder() }

    /// A rule that makes SQLite fail in the middle of a transaction, for the messages of one account.
    private func makeAccountFail(_ account: Int64, on table: String = "message") throws -> Connection {
        let other = try Connection(path: folder.file("mail.db"), access: .readWrite)
        try other.execute(
            """
            CREATE TRIGGER fault BEFORE INSERT ON \(table) WHEN NEW.account = \(account)
            BEGIN SELECT RAISE(ABORT, 'fault'); END
            """,
            "make a fault")
        return other
    }

    @Test("A unit that cannot be written fails by itself and takes nobody with it")
    func isolation() async throws {
        let store = try SQLiteFactory.store(folder.path, log: log)
        defer { store.close() }
        _ = try makeAccountFail(13)
        let outcomes = await withTaskGroup(of: (Int64, Acceptance?).self) { group in
            for index in 0..<100 {
                let account: Int64 = index % 10 == 3 ? 13 : 1
                group.addTask {
                    let outcome = await store.commit([.accept(Fixture.message(account: account))]).first
                    if case .accepted(let acceptance) = outcome { return (account, acceptance) }
                    return (account, nil)
                }
            }
            return await group.reduce(into: [(Int64, Acceptance?)]()) { $0.append($1) }
        }
        #expect(outcomes.allSatisfy { $0.0 == 13 ? $0.1 == nil : $0.1 != nil })
        #expect(Set(outcomes.compactMap { $0.1?.message.value }).count == 90)
        let page = try await store.messages(MessageQuery(tenant: nil, slice: Slice(offset: 0, limit: 1)))
        #expect(page.total == 90)
        #expect(try await store.pendingDeliveries().count == 90)
    }

    @Test("What is committed is counted, what is repeated or rolled back is not")
    func figures() async throws {
        let store = try SQLiteFactory.store(folder.path, log: log)
        defer { store.close() }
        _ = try makeAccountFail(13)
        let captured = Fixture.message(simulation: .delivered, idempotency: Fixture.idempotency("k"))
        for change in [captured, captured, Fixture.message(), Fixture.message(account: 13, simulation: .delivered)] {
            _ = await store.commit([.accept(change)])
        }
        let figures = await store.figures()
        #expect(figures.accepted == [Fixture.personality: 2])
        #expect(figures.deliveredAtOnce == 1 && figures.idempotencyKeys == 1)
        #expect(figures.commitUnits.count == 3 && figures.commitUnits.sum == 3)
        #expect(figures.commitSeconds.count == 3 && figures.failedCommits == 1)
        #expect(figures.databaseBytes > 0 && figures.logBytes > 0)
        #expect(figures.isWritable && figures.waitingUnits == 0)
    }

    @Test("A unit of work that fails half-way leaves nothing, on disk or in memory")
    func rollback() async throws {
        let store = try SQLiteFactory.store(folder.path, log: log)
        defer { store.close() }
        let other = try makeAccountFail(13)
        let record = Fixture.idempotency("k")
        let unit: [Change] = [
            .accept(Fixture.message(idempotency: record)), .accept(Fixture.message(account: 13)),
        ]
        let failed = await store.commit(unit)
        let failure = KernelFailure.internalError(incident: "unit of work could not be written")
        #expect(failed.map(\.refusal) == [failure, failure])
        #expect(log.contains(event: "commit-failed"))
        #expect(try await store.pendingDeliveries() == [])
        #expect(try await store.events(after: MailEvent.ID(0), limit: 1) == [])
        try other.execute("DROP TRIGGER fault", "mend")
        guard case .accepted(let acceptance) = await store.commit(unit).first else {
            Issue.record("still refused")
            return
        }
        #expect(!acceptance.replayed)
        #expect(
            try await store.messages(MessageQuery(tenant: Fixture.owner, slice: Slice(offset: 0, limit: 1))).total == 1)
    }

    @Test("Totals are right soon and late after they were written, and after a restart", arguments: [1, 1030])
    func totals(_ few: Int) async throws {
        var expected = 0
        for round in 1...3 {
            let store = try SQLiteFactory.store(folder.path, log: log)
            defer { store.close() }
            // Some of a second owner's, that the table may not know of for long.
            _ = await store.commit([.accept(Fixture.message(account: 2))])
            _ = await store.commit((0..<few).map { _ in .accept(Fixture.message(account: 1)) })
            expected += few
            let mine = MessageQuery(
                tenant: Tenant(account: Account.ID(1), origin: Fixture.personality), slice: Slice(offset: 0, limit: 1))
            #expect(try await store.messages(mine).total == expected)
            #expect(
                try await store.messages(MessageQuery(tenant: nil, slice: Slice(offset: 0, limit: 1))).total == expected
                    + round)
        }
    }

    @Test("A count that cannot be kept fails the commit it belongs to")
    func counts() async throws {
        let store = try SQLiteFactory.store(folder.path, log: log)
        defer { store.close() }
        let other = try makeAccountFail(13, on: "message_count")
        let many = (0..<StorageLimits.uncountedMessages).map { _ in Change.accept(Fixture.message(account: 13)) }
        _ = await store.commit(many)
        #expect(try await store.messages(MessageQuery(tenant: nil, slice: Slice(offset: 0, limit: 1))).items.isEmpty)
        try other.execute("DROP TRIGGER fault", "mend")
        _ = await store.commit([.accept(Fixture.message(account: 1))])
        #expect(try await store.messages(MessageQuery(tenant: nil, slice: Slice(offset: 0, limit: 1))).total == 1)
    }

    @Test("A full disk refuses what does not fit, keeps what did, and goes on when there is room again")
    func diskFull() async throws {
        let connection = try Connection(path: folder.file("a.db"), access: .readWrite)
        _ = try connection.migrate(Schema.migrations)
        let pages = try connection.scalar("PRAGMA page_count", "count")
        _ = try connection.scalar("PRAGMA max_page_count = \(pages + 20)", "limit the disk")
        let personalities = try PersonalityNumbers(connection, origins: [Fixture.personality])
        let checkpointer = try Checkpointer(path: folder.file("a.db")) { _ in }
        let writer = try Writer(
            connection: connection, checkpointer: checkpointer, personalities: personalities,
            recordKeys: RecordKeys(), time: HandTime(),
            log: log.log())
        let thread = writer.start()
        defer {
            writer.stop()
            thread.join()
        }
        let change = EncodedChange(
            .accept(Fixture.message(Fixture.submission(text: String(repeating: "x", count: 5000)))))
        var accepted: Int64 = 0
        while case .accepted = await writer.commit([change])[0], accepted < 1000 { accepted += 1 }
        #expect((1..<1000).contains(accepted))
        #expect(log.contains(event: "commit-failed"))
        #expect(!writer.isPoisoned)
        // The writer rests between two commits, so its connection may be used here.
        #expect(try connection.scalar("SELECT count(*) FROM message", "count") == accepted)
        #expect(try connection.scalar(MessageCounts.totalSQL(ofOwner: false), "count") == accepted)
        _ = try connection.scalar("PRAGMA max_page_count = \(pages + 1000)", "make room")
        guard case .accepted(let acceptance) = await writer.commit([change])[0] else {
            Issue.record("refused with room")
            return
        }
        #expect(!acceptance.replayed)
        #expect(try connection.scalar("SELECT count(*) FROM message", "count") == accepted + 1)
    }

    @Test("The write-ahead log stays small however much is written")
    func boundedLog() async throws {
        let store = try SQLiteFactory.store(folder.path, log: log)
        defer { store.close() }
        // How much the writer adds while a pass runs depends on the disk. All together it writes 120 MB.
        let bound = 5 * DatabaseLimits.checkpointFrames * DatabaseLimits.pageBytes
        let text = String(repeating: "0123456789", count: 20_000)
        var largest = 0
        for _ in 0..<60 {
            let changes = (0..<10).map { _ in Change.accept(Fixture.message(Fixture.submission(text: text))) }
            _ = await store.commit(changes)
            largest = max(largest, folder.size(of: "mail.db-wal") ?? 0)
        }
        #expect(largest > DatabaseLimits.checkpointFrames * DatabaseLimits.pageBytes, "nothing would have been copied")
        #expect(largest < bound)
    }

    @Test("A checkpoint that fails does not end checkpoints")
    func failingCheckpoint() async throws {
        let (failures, report) = AsyncStream.makeStream(of: DatabaseError.self)
        let checkpointer = try Checkpointer(path: folder.file("absent/a.db")) { report.yield($0) }
        let thread = checkpointer.start()
        defer {
            checkpointer.stop()
            thread.join()
        }
        var failure = failures.makeAsyncIterator()
        for _ in 0..<3 {
            // The phase goes back a moment after the report, so one request may find it taken.
            let asking = Task {
                while !Task.isCancelled {
                    checkpointer.logHasGrown(to: DatabaseLimits.checkpointFrames)
                    await Task.yield()
                }
            }
            #expect(await failure.next()?.kind == .inputOutput)
            asking.cancel()
        }
    }
}

extension ChangeOutcome {
    fileprivate var refusal: KernelFailure? {
        if case .refused(let failure) = self { failure } else { nil }
    }
}

import Base
import Model
import Ports
import Posix
import Synchronization
import TestKit
import Testing

@testable import Storage

@Suite("Removal")
struct RemovalTests {
    private let folder: TemporaryFolder
    private let owner = Tenant(account: Account.ID(1), origin: Fixture.personality)

    init() throws { folder = try TemporaryFolder() }

    private func message(_ seconds: Int64, bytes: Int = 10, _ key: String? = nil) -> NewMessage {
        let attachment = Attachment(
            fileName: "a", contentType: nil, contentID: nil, content: [UInt8](repeating: 65, count: bytes))
        return Fixture.message(
            Fixture.submission(attachments: [attachment]), at: Fixture.start + .seconds(seconds),
            simulation: .delivered, idempotency: key.map { Fixture.idempotency($0) })
    }

    private func slice(_ rows: Clearing.Rows, before seconds: Int64, after: Int64 = 0, limit: Int = 100) -> Change {
        .upkeep(
            .clear(
                Clearing(
                    rows, account: owner.account, origin: owner.origin, before: Fixture.start + .seconds(seconds),
                    after: after, limit: limit)))
    }

    private func total(_ store: SQLiteStore) async throws -> Int? {
        let query = MessageQuery(tenant: owner, slice: Slice(offset: 0, limit: 1))
        let all = MessageQuery(tenant: nil, slice: Slice(offset: 0, limit: 1))
        let total = try await store.messages(query).total
        #expect(try await store.messages(all).total == total)
        return total
    }

    @Test("Old messages go a slice at a time, and totals are exact, after a restart too")
    func messages() async throws {
        var store = try SQLiteFactory.store(folder.path)
        let count = StorageLimits.uncountedMessages + 300
        var ids: [Message.ID] = []
        for number in 0..<count { ids.append(try await store.accept(message(Int64(number)))) }
        #expect(try await total(store) == count)
        var (after, slices): (Int64, Int) = (0, 0)
        repeat {
            let change = slice(.messages, before: 1200, after: after)
            after = try await store.outcome(of: change).serial()
            slices += 1
        } while after > 0
        #expect(slices == 13)
        #expect(try await total(store) == count - 1200)
        #expect(try await store.message(ids[1199], content: false) == nil)
        #expect(try await store.message(ids[1200], content: false) != nil)
        for number in 0..<100 { _ = try await store.accept(message(Int64(count + number))) }
        #expect(try await total(store) == count - 1100)
        store.close()
        store = try SQLiteFactory.store(folder.path)
        defer { store.close() }
        #expect(try await total(store) == count - 1100)
    }

    @Test("What waits stays whatever its age, and a message that waits cannot be removed")
    func unfinished() async throws {
        let store = try SQLiteFactory.store(folder.path)
        defer { store.close() }
        let waiting = try await store.accept(Fixture.message())
        let done = try await store.accept(message(1))
        _ = await store.outcome(of: slice(.messages, before: 1000))
        #expect(try await store.message(waiting, content: false) != nil)
        #expect(try await store.message(done, content: false) == nil)
        let refused = await store.outcome(of: .upkeep(.removeMessage(waiting)))
        guard case .refused(.wrongState) = refused else {
            Issue.record("a message that waits was removed")
            return
        }
        #expect(try await total(store) == 1)
    }

    @Test("Contents go and heads stay; the files go after the commit, but for what may be sent again")
    func contents() async throws {
        let store = try SQLiteFactory.store(folder.path)
        defer { store.close() }
        let small = try await store.accept(message(1))
        let large = try await store.accept(message(2, bytes: 400_000))
        let young = try await store.accept(message(500, bytes: 400_000))
        _ = await store.outcome(of: slice(.contents, before: 100))
        for id in [small, large] {
            let kept = try #require(try await store.message(id, content: true))
            #expect(kept.submission.attachments.isEmpty && kept.submission.subject == Fixture.submission().subject)
            #expect(kept.state == .delivered && !kept.isContentKept)
        }
        #expect(try await store.message(young, content: true)?.submission.attachments.count == 1)
        #expect(try await total(store) == 3)
        // The removal of files follows; a look-up behind it on the same threads is enough to wait for.
        while folder.names(in: "mail.db.contents").count > 1 { _ = await store.figures() }
        #expect(folder.names(in: "mail.db.contents").count == 1)
    }

    @Test("An idempotency key goes with its message, and is free then")
    func keys() async throws {
        let store = try SQLiteFactory.store(folder.path)
        defer { store.close() }
        let first = try await store.accept(message(1, "once"))
        let kept = try await store.accept(message(500, "kept"))
        _ = await store.outcome(of: slice(.messages, before: 100))
        _ = await store.outcome(of: slice(.keys, before: 100))
        let again = try await store.outcome(of: .accept(message(501, "once"))).acceptance()
        #expect(again.message != first && !again.replayed)
        let replay = try await store.outcome(of: .accept(message(502, "kept"))).acceptance()
        #expect(replay == Acceptance(message: kept, replayed: true))
    }

    @Test("A message that is removed is gone with its events and its file")
    func one() async throws {
        let store = try SQLiteFactory.store(folder.path)
        defer { store.close() }
        let id = try await store.accept(message(1, bytes: 400_000))
        _ = await store.outcome(of: .upkeep(.removeMessage(id)))
        #expect(try await store.message(id, content: false) == nil)
        #expect(try await store.events(after: MailEvent.ID(0), limit: 10).isEmpty)
        while !folder.names(in: "mail.db.contents").isEmpty { _ = await store.figures() }
        guard case .refused(.notFound(.message)) = await store.outcome(of: .upkeep(.removeMessage(id))) else {
            Issue.record("it was there")
            return
        }
    }

    // MARK: By their callers' word

    @Test("What is kept for a time by its caller's word goes when that is over, and not before it is finished")
    func ends() async throws {
        let store = try SQLiteFactory.store(folder.path)
        defer { store.close() }
        func kept(_ contents: Duration?, _ all: Duration?, simulation: SimulatedOutcome) -> NewMessage {
            var submission = Fixture.submission()
            submission.keeping = Submission.Keeping(contents: contents, message: all)
            return Fixture.message(submission, simulation: simulation)
        }
        func end(after seconds: Int64) async throws -> Int64 {
            let now = Fixture.start + .seconds(seconds)
            return try await store.outcome(of: .upkeep(.endMessages(at: now, limit: 10))).serial()
        }
        #expect(try await store.nextMessageEnd() == nil)
        let forEver = try await store.accept(message(1))
        let day: Duration = .seconds(86_400)
        let done = try await store.accept(kept(.zero, day, simulation: .delivered))
        let open = try await store.accept(kept(.zero, nil, simulation: .none))
        #expect(try await store.message(done, content: true)?.submission.keeping?.message == day)
        #expect(try await store.nextMessageEnd() == Fixture.start)
        #expect(try await end(after: 0) == 2)
        #expect(try await store.message(done, content: true)?.isContentKept == false)
        #expect(try await store.message(open, content: true)?.isContentKept == true)
        // What was given up cannot be sent again: nothing of it is there any more.
        _ = await store.commit([.settle([Fixture.settlement(open.value, .finished([.softBounced]))])])
        #expect(try await store.deadLetters(after: DeliveryID(packed: 0), limit: 10).count == 1)
        let postponed = try #require(try await store.nextMessageEnd())
        #expect(postponed == Fixture.start + StorageLimits.messageEndRest)
        #expect(try await end(after: postponed.seconds - Fixture.start.seconds) == 1)
        #expect(try await store.message(open, content: true)?.isContentKept == false)
        #expect(try await store.deadLetters(after: DeliveryID(packed: 0), limit: 10).isEmpty)
        #expect(try await store.nextMessageEnd() == Fixture.start + day)
        #expect(try await end(after: 86_400) == 1)
        #expect(try await store.message(done, content: false) == nil)
        #expect(try await total(store) == 2)
        #expect(try await store.nextMessageEnd() == nil)
        #expect(try await store.message(forEver, content: true)?.isContentKept == true)
    }

    // MARK: As a whole

    private func all(_ rows: Clearing.Rows, _ extent: Clearing.Extent, account: Int64 = 1) -> Change {
        .upkeep(
            .clear(
                Clearing(
                    rows, account: Account.ID(account), origin: owner.origin, before: Instant(nanoseconds: .max),
                    limit: 100, extent: extent)))
    }

    @Test("An account goes with what waits of it, and is gone for good; others are as they were")
    func account() async throws {
        var store = try SQLiteFactory.store(folder.path)
        let told = Withdrawals()
        for name in ["a", "b"] {
            try await store.make(.directory(.createAccount(name: name, parent: nil, at: Fixture.start)))
        }
        try await store.make(.directory(.createKey(Fixture.stored(Fixture.key()))))
        try await store.make(.domain(.create(Fixture.domain())))
        store.observe(told)
        let done = try await store.accept(message(1, bytes: 400_000, "once"))
        let waiting = try await store.accept(Fixture.message())
        // Neither while it is in use, nor while something is left of it.
        let first = Account.ID(1)
        #expect(await store.outcome(of: .directory(.removeAccount(first, at: Fixture.start))).isRefused)
        try await store.make(.directory(.setAccountState(first, .removing)))
        #expect(await store.outcome(of: .directory(.setAccountState(first, .active))).isRefused)
        #expect(await store.outcome(of: .directory(.removeAccount(first, at: Fixture.start))).isRefused)
        #expect(await store.outcome(of: .directory(.createKey(Fixture.stored(Fixture.key(2))))).isRefused)
        #expect(try await store.outcome(of: all(.messages, .account)).serial() == 0)
        _ = await store.outcome(of: slice(.keys, before: 0))
        try await store.make(.directory(.removeAccount(first, at: Fixture.start)))
        #expect(told.ids == [DeliveryID(message: waiting, recipient: 0)])
        for id in [done, waiting] { #expect(try await store.message(id, content: false) == nil) }
        #expect(try await store.pendingDeliveries().isEmpty)
        #expect(try await total(store) == 0)
        for _ in 0..<2 {
            let directory = try await store.directory()
            #expect(directory.accounts.map(\.name) == ["b"])
            #expect(directory.keys.isEmpty && directory.domains.isEmpty)
            store.close()
            store = try SQLiteFactory.store(folder.path)
        }
        defer { store.close() }
        let next = try await store.make(.directory(.createAccount(name: "c", parent: nil, at: Fixture.start)))
        #expect(next == 3)
        #expect(folder.names(in: "mail.db.contents").isEmpty)
    }

    @Test("Relays, records and webhooks go with their account, and what a record alone may be called stays taken")
    func others() async throws {
        var store = try SQLiteFactory.store(folder.path)
        for name in ["a", "b"] {
            try await store.make(.directory(.createAccount(name: name, parent: nil, at: Fixture.start)))
        }
        for account: Int64 in [1, 2] {
            _ = try await store.make(.webhook(.create(Fixture.webhook(account: account))))
            _ = try await store.make(.relay(.accept(Fixture.relay(account: account))))
            let large = Fixture.relay(body: [UInt8](repeating: 65, count: 400_000), account: account)
            _ = try await store.make(.relay(.accept(large)))
        }
        let due = Fixture.start + .seconds(60)
        let record = Fixture.newRecord(name: "x", due: due)
        let made = try await store.outcome(of: .record(RecordUnit([.insert(record)], at: Fixture.start))).receipts()
        let mine = try await store.accept(message(1))
        let hooks = try await store.webhooks(of: nil)
        #expect(try await store.pendingWebhooks().map(\.endpoint) == Array(repeating: hooks[0].id, count: 4))
        try await store.make(.directory(.setAccountState(Account.ID(1), .removing)))
        #expect(try await store.webhooks(of: nil).map(\.id) == [hooks[1].id])
        #expect(try await store.pendingWebhooks().isEmpty)
        let last = Change.directory(.removeAccount(Account.ID(1), at: Fixture.start))
        for rows in [Clearing.Rows.messages, .relays, .records, .webhooks] {
            #expect(await store.outcome(of: last).isRefused == (rows != .webhooks), "\(rows)")
            #expect(try await store.outcome(of: all(rows, .account)).serial() == 0)
        }
        #expect(try await store.message(mine, content: false) == nil)
        for _ in 0..<2 {
            #expect(try await store.pendingRelays(after: Relay.ID(0), limit: 10).count == 2)
            #expect(try await store.record(made[0].id) == nil)
            #expect(try await store.nextDueRecord() == nil)
            #expect(try await store.webhookDeliveries(hooks[0].id, .all).items.isEmpty)
            store.close()
            store = try SQLiteFactory.store(folder.path)
        }
        defer { store.close() }
        #expect(folder.names(in: "mail.db.contents").count == 1)
        let again = await store.outcome(of: .record(RecordUnit([.insert(record)], at: Fixture.start)))
        #expect(again.isRefused)
    }

    @Test("Old webhook deliveries and relays go when they have ended, and others stay")
    func ended() async throws {
        let store = try SQLiteFactory.store(folder.path)
        defer { store.close() }
        try await store.make(.directory(.createAccount(name: "a", parent: nil, at: Fixture.start)))
        let hook = WebhookEndpoint.ID(try await store.make(.webhook(.create(Fixture.webhook(["mail.accepted"])))))
        for _ in 0..<2 { _ = try await store.accept(Fixture.message()) }
        let waiting = try await store.pendingWebhooks().map(\.id)
        let settled = Fixture.webhookSettlement(waiting[0].value, endpoint: hook.value, .delivered)
        _ = await store.commit([.webhook(.settle([settled]))])
        let relays = [
            try await store.make(.relay(.accept(Fixture.relay()))),
            try await store.make(.relay(.accept(Fixture.relay()))),
        ]
        _ = await store.commit([.relay(.settle([Fixture.relaySettlement(relays[0], .delivered)]))])
        for rows in [Clearing.Rows.webhooks, .relays] { _ = await store.outcome(of: slice(rows, before: 100)) }
        #expect(try await store.webhookDeliveries(hook, .all).items.map(\.id) == [waiting[1]])
        #expect(try await store.relay(Relay.ID(relays[0])) == nil)
        #expect(try await store.relay(Relay.ID(relays[1])) != nil)
    }

    @Test("A parent goes after its sub-accounts")
    func parent() async throws {
        let store = try SQLiteFactory.store(folder.path)
        defer { store.close() }
        try await store.make(.directory(.createAccount(name: "a", parent: nil, at: Fixture.start)))
        try await store.make(.directory(.createAccount(name: "b", parent: Account.ID(1), at: Fixture.start)))
        #expect(await store.outcome(of: .directory(.setAccountState(Account.ID(1), .removing))).isRefused)
        try await store.make(.directory(.setAccountState(Account.ID(2), .removing)))
        try await store.make(.directory(.removeAccount(Account.ID(2), at: Fixture.start)))
        try await store.make(.directory(.setAccountState(Account.ID(1), .removing)))
        try await store.make(.directory(.removeAccount(Account.ID(1), at: Fixture.start)))
        #expect(try await store.directory().accounts.isEmpty)
    }

    @Test("Of a domain that went with its mail, all that was sent from it goes and nothing else")
    func domain() async throws {
        let store = try SQLiteFactory.store(folder.path)
        defer { store.close() }
        let mine = try await store.accept(Fixture.message())
        var other = Fixture.message()
        other.domain = MailDomain.ID(77)
        let kept = try await store.accept(other)
        let domain = try #require(try await store.message(mine, content: false)?.domain)
        _ = await store.outcome(of: all(.messages, .domain(domain)))
        #expect(try await store.message(mine, content: false) == nil)
        #expect(try await store.message(kept, content: false) != nil)
        #expect(try await store.pendingDeliveries().map(\.id.message) == [kept])
    }

    @Test("Of what happened on the way only how it ended stays, without what was said")
    func trail() async throws {
        let store = try SQLiteFactory.store(folder.path)
        defer { store.close() }
        let id = try await store.accept(Fixture.message())
        var said = Fixture.settlement(id.value)
        said.result.dialogue = UserData("C: QUIT")
        var later = said
        later.verdict = .again(due: Fixture.start + .seconds(60))
        let open = try await store.accept(Fixture.message())
        for settlement in [later, later, said] { _ = await store.commit([.settle([settlement])]) }
        var waits = later
        waits.id = DeliveryID(message: open, recipient: 0)
        _ = await store.commit([.settle([waits])])
        #expect(try await store.message(id, content: false)?.events.count == 5)
        _ = await store.outcome(of: slice(.events, before: 1000))
        let left = try #require(try await store.message(id, content: false))
        #expect(left.events.map(\.kind) == [.accepted, .transmitted, .delivered] && left.state == .delivered)
        #expect(left.events.allSatisfy { $0.attempt?.dialogue == nil })
        #expect(left.events.last?.attempt?.text == said.result.text)
        let waiting = try #require(try await store.message(open, content: false))
        #expect(waiting.events.map(\.kind) == [.accepted, .deferred])
        #expect(waiting.events.last?.attempt?.dialogue?.text == "C: QUIT")
    }
}

/// Remembers what it heard of removals.
private final class Withdrawals: DeliveryObserver {
    private let heard = Mutex<[DeliveryID]>([])

    var ids: [DeliveryID] { heard.withLock { $0 } }

    func queued(_ deliveries: [PendingDelivery]) {}

    func removed(_ deliveries: [DeliveryID]) { heard.withLock { $0 += deliveries } }
}

extension ChangeOutcome {
    fileprivate var isRefused: Bool { if case .refused = self { true } else { false } }
}

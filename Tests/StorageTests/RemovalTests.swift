import Base
import Model
import Ports
import Posix
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
}

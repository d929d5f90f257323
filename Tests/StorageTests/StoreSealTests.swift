import Base
import Crypto
import Database
import Model
import Ports
import TestKit
import Testing

@testable import Storage

@Suite("Sealed at rest")
struct StoreSealTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder(onDisk: false) }

    private static let needles = [
        "needle-subject", "needle-text", "needle-file", "needle-large", "needle-sender", "needle-url",
        "needle-answer", "needle-relay-body", "needle-relay-header", "needle-announced",
    ]

    /// The needles that stand in some file as they are.
    private func found() throws -> [String] {
        var content: [UInt8] = []
        for name in folder.names(in: "") where !name.hasSuffix(".contents") {
            content += try folder.content(of: name) + [0]
        }
        for name in folder.names(in: "mail.db.contents") {
            content += try folder.content(of: "mail.db.contents/\(name)") + [0]
        }
        let text = String(decoding: content, as: UTF8.self)
        return Self.needles.filter { text.contains($0) }
    }

    private func submission() -> Submission {
        let large = Array("needle-large".utf8) + [UInt8](repeating: 65, count: StorageLimits.inlineBodyBytes)
        return Fixture.submission(
            from: "needle-sender@example.com", subject: "needle-subject", text: "needle-text",
            attachments: [
                Attachment(
                    fileName: "needle-file", contentType: nil, contentID: nil, content: Array("needle-file".utf8)),
                Attachment(fileName: "b", contentType: nil, contentID: nil, content: large),
            ])
    }

    /// One of everything that callers entrust.
    private func fill(_ store: SQLiteStore) async throws -> (message: Message.ID, relay: Relay.ID) {
        _ = await store.commit([.directory(.createAccount(name: "a", parent: nil, at: Fixture.start))])
        var small = submission()
        small.attachments.removeLast()
        _ = try await store.accept(Fixture.message(small))
        let message = try await store.accept(Fixture.message(submission()))
        let endpoint = Fixture.webhook(url: "https://hooks.example/needle-url")
        _ = await store.commit([.webhook(.create(endpoint))])
        let announced = WebhookAnnouncement(name: "x", data: Array("needle-announced".utf8), at: Fixture.start)
        _ = await store.commit([.webhook(.announce(announced, Fixture.owner))])
        let answer = StoredAnswer(status: 200, body: Array("needle-answer".utf8))
        let plan = KeyedPlan(
            record: Fixture.idempotency("k"), whenDifferent: .refuse, at: Fixture.start,
            expiresAt: Fixture.start + .seconds(60), changes: []
        ) { _ in answer }
        _ = await store.commit([.keyed(plan)])
        _ = await store.commit([.relay(.accept(relay()))])
        let relays = try await store.relays(RelayQuery(tenant: Fixture.owner, slice: Slice(limit: 1)))
        return (message, try #require(relays.items.first?.id))
    }

    private func relay() -> NewRelay {
        var relay = Fixture.relay()
        relay.body = Array("needle-relay-body".utf8)
        relay.request.fields.append(RelayRequest.Field("x-token", "needle-relay-header"))
        return relay
    }

    @Test("Without it they are found, and with it nothing of them is, in any file, open or closed")
    func needles() async throws {
        var store = try SQLiteFactory.store(folder.path)
        _ = try await fill(store)
        let plain = try found()
        #expect(Set(plain) == Set(Self.needles))
        store.close()
        let other = try StoreSealTests()
        store = try SQLiteFactory.store(other.folder.path, seal: try SQLiteFactory.seal())
        _ = try await other.fill(store)
        #expect(try other.found() == [])
        store.close()
        #expect(try other.found() == [])
    }

    @Test("What is sealed and what is not are both read, whichever way it is set", arguments: [true, false])
    func both(isOn: Bool) async throws {
        var store = try SQLiteFactory.store(folder.path, seal: try SQLiteFactory.seal(isOn: isOn))
        let first = try await fill(store)
        store.close()
        store = try SQLiteFactory.store(folder.path, seal: try SQLiteFactory.seal(isOn: !isOn))
        defer { store.close() }
        let second = try await store.accept(Fixture.message(submission()))
        for id in [first.message, second] {
            #expect(try await store.message(id, content: true)?.submission == submission())
        }
        #expect(try await store.relay(first.relay)?.request == relay().request)
        #expect(try await store.dueRelay(first.relay)?.body == relay().body)
        #expect(try await store.webhooks(of: nil).map(\.url.text) == ["https://hooks.example/needle-url"])
        #expect(try await store.answer(Fixture.idempotency("k").key)?.answer.body == Array("needle-answer".utf8))
        let page = try await store.messages(
            MessageQuery(tenant: Fixture.owner, filter: named("needle-sub"), slice: Slice(offset: 0, limit: 9)))
        #expect(page.total == 3)
    }

    private func named(_ subject: String) -> MessageFilter {
        var filter = MessageFilter()
        filter.subjectContains = subject
        return filter
    }

    @Test("By another key nothing of it is read, and the lists' index keeps nothing of what it could not read")
    func otherKey() async throws {
        var store = try SQLiteFactory.store(folder.path, seal: try SQLiteFactory.seal())
        let (message, relay) = try await fill(store)
        store.close()
        store = try SQLiteFactory.store(folder.path, seal: try SQLiteFactory.seal(8))
        await #expect(throws: KernelFailure.self) { try await store.message(message, content: true) }
        #expect(try await store.relay(relay) == nil)
        #expect(try await store.answer(Fixture.idempotency("k").key) == nil)
        await store.listsCaughtUp()
        #expect(store.lists.withState { $0.runs.isEmpty && $0.segment.ids.isEmpty })
        store.close()
        store = try SQLiteFactory.store(folder.path, seal: try SQLiteFactory.seal())
        #expect(try await store.message(message, content: true)?.submission == submission())
        store.close()
    }

    @Test("A value is of its account and of its kind: elsewhere it does not open")
    func context() throws {
        let seal = try SQLiteFactory.seal()
        let sealed = try seal.sealed([1, 2, 3], .head, of: 1)
        #expect(seal.opened(sealed, .head, of: 1) == [1, 2, 3])
        #expect(seal.opened(sealed, .head, of: 2) == nil && seal.opened(sealed, .body, of: 1) == nil)
        #expect(seal.opened(sealed.dropLast() + [0], .head, of: 1) == nil)
        #expect(try seal.sealed([1, 2, 3], .head, of: 1) != sealed)
        #expect(try seal.alike("x", .url, of: 1) == seal.alike("x", .url, of: 1))
        #expect(try seal.alike("x", .url, of: 1)[0] != seal.alike("x", .url, of: 2)[0])
    }

    @Test("An answer from before there was a log is given again, and goes when it has expired")
    func oldAnswer() async throws {
        try SQLiteFactory.store(folder.path).close()
        let record = Fixture.idempotency("k")
        let connection = try Connection(path: folder.file("mail.db"), access: .readWrite)
        let insert = try connection.prepare(
            "INSERT INTO answer (key, fingerprint, status, body, sealed, expires) VALUES (?, ?, 201, x'6f6c64', 0, ?)",
            "keep an answer as it was kept once")
        insert.bind(1, record.key.bytes)
        insert.bind(2, record.fingerprint.bytes)
        insert.bind(3, (Fixture.start + .seconds(60)).nanoseconds)
        try insert.run()
        let store = try SQLiteFactory.store(folder.path)
        defer { store.close() }
        #expect(try await store.answer(record.key)?.answer == StoredAnswer(status: 201, body: Array("old".utf8)))
        let plan = KeyedPlan(
            record: record, whenDifferent: .refuse, at: Fixture.start, expiresAt: Fixture.start + .seconds(60),
            changes: []
        ) { _ in StoredAnswer(status: 200, body: []) }
        guard case .keyed(.replayed(let answer)) = try #require(await store.commit([.keyed(plan)]).first) else {
            Issue.record("it was made again")
            return
        }
        #expect(answer.status == 201)
        _ = await store.commit([.limits(.purge(endedBy: Fixture.start + .seconds(60)))])
        #expect(try await store.answer(record.key) == nil)
    }
}

import Base
import Database
import Model
import Ports
import Rows
import TestKit
import Testing

@testable import Storage

/// Numbers that carry their account's cell, and those from before there were cells.
@Suite("Cells")
struct CellTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private var path: String { folder.file("mail.db") }

    /// A database as the version before cells left it: three accounts, the third a sub-account of the second, and a
    /// message of each with a queued delivery and its event. The last event is a row that stands for three.
    private func makeOlder() throws {
        let connection = try Connection(path: path, access: .readWrite)
        _ = try connection.migrate(Array(Schema.migrations.prefix { $0.number < Schema.cells.number }))
        try connection.execute(
            """
            INSERT INTO personality (id, name) VALUES (1, '\(Fixture.personality.name)');
            INSERT INTO account (id, name, parent, state, created) VALUES
                (1, 'a', NULL, 'active', 0), (2, 'b', NULL, 'active', 0), (3, 'c', 2, 'active', 0);
            """, "fill")
        let head = MessageRecord.head(of: Fixture.message())
        let body = MessageRecord.body(of: Fixture.submission())
        for id: Int64 in 1...3 {
            let insert = try connection.prepare(
                """
                INSERT INTO message (id, account, origin, key, domain, mode, at, head, body)
                VALUES (?1, ?1, 1, 1, 1, 0, 0, ?2, ?3)
                """, "fill")
            insert.bind(1, id)
            try insert.binding(2, head) { () throws(DatabaseError) in
                try insert.binding(3, body) { () throws(DatabaseError) in try insert.run() }
            }
        }
        try connection.execute(
            """
            INSERT INTO delivery (id, due, attempts, destination, simulation, account, origin) VALUES
                (1 << 10, 0, 0, 'example.net', 0, 1, 1), (2 << 10, 0, 0, 'example.net', 0, 2, 1);
            INSERT INTO event (id, message, recipient, kind, at) VALUES
                (1, 1, NULL, 0, 0), (2, 2, NULL, 0, 0), (5, 3, 0, \(EventRecord.acceptedAndHandedOver), 0);
            INSERT INTO message_count (account, origin, messages, upto) VALUES
                (1, 1, 1, 3), (2, 1, 1, 3), (3, 1, 1, 3);
            """, "fill")
    }

    private func open() throws(StorageError) -> SQLiteStore { try SQLiteFactory.store(folder.path) }

    private func scalar(_ sql: String) throws -> Int64 {
        try Connection(path: path, access: .readOnly).scalar(sql, "look")
    }

    @Test("An account's cell is its number's hash, a sub-account's its parent's, before the step and after")
    func accounts() async throws {
        try makeOlder()
        let store = try open()
        defer { store.close() }
        let made = try await store.make(.directory(.createAccount(name: "d", parent: Account.ID(3), at: Fixture.start)))
        let root = try await store.make(.directory(.createAccount(name: "e", parent: nil, at: Fixture.start)))
        for (account, ancestor) in [(1, 1), (2, 2), (3, 2), (made, 2), (root, root)] {
            let cell = try scalar("SELECT cell FROM account WHERE id = \(account)")
            #expect(cell == Int64(Cell(hashing: Account.ID(ancestor)).value), "account \(account)")
        }
    }

    @Test("The step's hash and the program's are one, also of numbers that fill 31 bits")
    func hash() throws {
        try makeOlder()
        let connection = try Connection(path: path, access: .readWrite)
        let numbers: [Int64] = [4, 5, 255, 256, 1 << 20, 0x7fff_fffe, 0x7fff_ffff, 1 << 40]
        for number in numbers {
            try connection.execute(
                "INSERT INTO account (id, name, state, created) VALUES (\(number), 'x', 'active', 0)", "fill")
        }
        _ = try connection.migrate(Schema.migrations)
        for number in numbers {
            let cell = try connection.scalar("SELECT cell FROM account WHERE id = \(number)", "look")
            #expect(cell == Int64(Cell(hashing: Account.ID(number)).value), "account \(number)")
        }
    }

    @Test("What is made after the step stands above all that was there, in its account's cell")
    func above() async throws {
        try makeOlder()
        let store = try open()
        defer { store.close() }
        let boundary = try scalar("SELECT value FROM serial_mark WHERE name = 'boundary'")
        #expect(boundary == 256)
        for account: Int64 in [1, 2, 3] {
            let id = try await store.accept(Fixture.message(account: account))
            #expect(id.value >= boundary)
            #expect(CellNumber(id.value).cell == Cell(hashing: Account.ID(account == 3 ? 2 : account)))
        }
        let page = try await store.messages(MessageQuery(tenant: nil, slice: Slice(offset: 0, limit: 9)))
        #expect(page.items.map(\.id) == page.items.map(\.id).sorted(by: >) && page.total == 6)
        #expect(page.items.suffix(3).map(\.id.value) == [3, 2, 1])
    }

    @Test("What an older message causes has its account's cell, and follows all that it caused before")
    func older() async throws {
        try makeOlder()
        let store = try open()
        defer { store.close() }
        _ = await store.commit([.settle([Fixture.settlement(2)])])
        let events = try #require(try await store.message(Message.ID(2), content: false)).events
        #expect(events.map(\.kind) == [.accepted, .transmitted, .delivered])
        #expect(events[0].id.value == 2)
        for event in events.dropFirst() {
            #expect(CellNumber(event.id.value).cell == Cell(hashing: Account.ID(2)))
        }
        #expect(events[2].id.value - events[1].id.value == CellNumber.step)
    }

    @Test(
        "Events of one row lie one apart before the step and a whole number apart after it, for readers and followers")
    func spacing() async throws {
        try makeOlder()
        let store = try open()
        defer { store.close() }
        let new = try await store.accept(Fixture.message(simulation: .delivered))
        let old = try #require(try await store.message(Message.ID(3), content: false)).events
        #expect(old.map(\.id.value) == [3, 4, 5])
        let made = try #require(try await store.message(new, content: false)).events
        #expect(zip(made, made.dropFirst()).allSatisfy { $1.id.value - $0.id.value == CellNumber.step })
        var followed: [MailEvent.ID] = []
        while let next = try await store.events(after: followed.last ?? MailEvent.ID(0), limit: 1).first {
            followed.append(next.id)
            if followed.count > 20 { break }
        }
        #expect(followed.map(\.value).prefix(5) == [1, 2, 3, 4, 5])
        #expect(Array(followed.dropFirst(5)) == made.map(\.id))
    }

    @Test("A webhook's event number is one that reading gives, of old messages and of new ones")
    func webhooks() async throws {
        try makeOlder()
        let store = try open()
        defer { store.close() }
        let hook = WebhookEndpoint.ID(try await store.make(.webhook(.create(Fixture.webhook()))))
        _ = await store.commit([.settle([Fixture.settlement(1)])])
        let new = try await store.accept(Fixture.message(simulation: .delivered))
        let deliveries = try await store.webhookDeliveries(hook, Slice(limit: 100)).items
        for id in [Message.ID(1), new] {
            let events = try #require(try await store.message(id, content: false)).events.map(\.id)
            let told = deliveries.filter { $0.message == id }.compactMap(\.event)
            #expect(!told.isEmpty && told.allSatisfy(events.contains))
        }
        let ids = deliveries.map(\.id)
        #expect(ids == ids.sorted(by: >) && Set(ids).count == ids.count)
        #expect(ids.allSatisfy { CellNumber($0.value).cell == Cell(hashing: Account.ID(1)) })
    }

    @Test("Numbers are not given out again where all rows are removed")
    func marks() async throws {
        var store = try open()
        let webhook = Fixture.webhook()
        try await store.make(.directory(.createAccount(name: "a", parent: nil, at: Fixture.start)))
        let hook = WebhookEndpoint.ID(try await store.make(.webhook(.create(webhook))))
        let message = try await store.accept(Fixture.message())
        let delivery = try #require(try await store.webhookDeliveries(hook, Slice(limit: 1)).items.first)
        let relay = try await store.make(.relay(.accept(Fixture.relay())))
        store.close()
        let connection = try Connection(path: path, access: .readWrite)
        try connection.execute(
            """
            DELETE FROM event; DELETE FROM message; DELETE FROM delivery; DELETE FROM webhook_delivery;
            DELETE FROM relay; DELETE FROM relay_queue
            """, "remove all")
        store = try open()
        defer { store.close() }
        let next = try await store.accept(Fixture.message())
        #expect(next > message && next.value > delivery.id.value)
        #expect(try await store.make(.relay(.accept(Fixture.relay()))) > relay)
    }

    @Test(
        "A number that a failed transaction took is given out again, and one that a refusal did not need is not taken")
    func rollBack() async throws {
        let store = try open()
        defer { store.close() }
        let first = try await store.accept(Fixture.message())
        let connection = try Connection(path: path, access: .readWrite)
        try connection.execute(
            "CREATE TRIGGER fault BEFORE INSERT ON message BEGIN SELECT raise(ABORT, 'no'); END", "break")
        #expect(await store.outcome(of: .accept(Fixture.message())).isRefused)
        try connection.execute("DROP TRIGGER fault", "mend")
        let second = try await store.accept(Fixture.message())
        #expect(second.value - first.value == 2 * CellNumber.step)
    }

    @Test("A number with its cell and a recipient fit a delivery's, up to the last of each")
    func packing() {
        let number = CellNumber((1 << 45) - 1, in: Cell(255))
        #expect(number.value == (1 << 53) - 1 && number.cell == Cell(255))
        let id = DeliveryID(message: Message.ID(number.value), recipient: 1023)
        #expect(id.packed == .max && id.message.value == number.value && id.recipient == 1023)
    }
}

extension ChangeOutcome {
    fileprivate var isRefused: Bool { if case .refused = self { true } else { false } }
}

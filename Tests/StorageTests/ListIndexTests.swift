import Base
import Database
import Model
import Ports
import Posix
import Rows
import TestKit
import Testing

@testable import Storage

/// Lists that the index narrows say what reading every row would say: that is the whole of its contract.
@Suite("Lists' index")
struct ListIndexTests {
    private let folder: TemporaryFolder
    private static let tags = ["red", "green", "blue"]
    private static let people = (0..<6).map { "p\($0)@example\($0 % 2).net" }

    init() throws { folder = try TemporaryFolder(onDisk: false) }

    private func open() throws -> SQLiteStore {
        try SQLiteStore.open(
            path: folder.file("mail.db"), origins: [Fixture.personality, Fixture.otherPersonality], segmentMessages: 8,
            time: HandTime(), log: CollectingLog().log())
    }

    // MARK: What happens

    private func message(_ random: SeededRandom, _ number: Int) -> NewMessage {
        var submission = Fixture.submission(
            from: "s\(random.int(in: 0..<3))@example.com",
            to: Array(Set((0...random.int(in: 0..<3)).map { _ in random.element(of: Self.people) })).sorted(),
            subject: random.element(of: ["Hello", "Offer"]), tags: Self.tags.filter { _ in random.once(in: 2) })
        // Times go back now and then, as shards are not in step.
        let at = Fixture.start + .seconds(number * 10 - random.int(in: 0..<25))
        if random.once(in: 4) { submission.scheduledAt = at + .seconds(1000) }
        if random.once(in: 3) { submission.division = .perRecipient }
        return Fixture.message(
            submission, account: Int64(random.int(in: 1..<3)), domain: Int64(random.int(in: 1..<3)), at: at,
            simulation: random.element(of: [.none, .none, .delivered]))
    }

    private func happen(_ store: SQLiteStore, _ random: SeededRandom, _ ids: inout [Message.ID]) async throws {
        let some = ids.isEmpty ? nil : random.element(of: ids)
        switch (random.int(in: 0..<10), some) {
        case (0, let id?):
            let verdict: Settlement.Verdict = random.element(of: [
                .finished([.transmitted, .delivered]), .finished([.bounced]), .again(due: Fixture.start + .seconds(9)),
            ])
            let recipient = random.int(in: 0..<2)
            _ = await store.commit([.settle([Fixture.settlement(id.value, recipient: recipient, verdict)], reports: [])]
            )
        case (1, let id?): _ = await store.commit([.cancel(id, at: Fixture.start)])
        case (2, let id?): _ = await store.commit([.upkeep(.removeMessage(id))])
        case (3, let id?):
            _ = await store.commit([.reschedule(id, due: Fixture.start + .seconds(5000), at: Fixture.start)])
        default: ids.append(try await store.accept(message(random, ids.count)))
        }
    }

    // MARK: What is asked

    private func filter(_ random: SeededRandom) -> MessageFilter {
        var filter = MessageFilter()
        for _ in 0...random.int(in: 0..<2) {
            switch random.int(in: 0..<7) {
            case 0: filter.states = [random.element(of: Recipient.State.allCases)]
            case 1: filter.tag = random.element(of: Self.tags)
            case 2: filter.domain = MailDomain.ID(Int64(random.int(in: 1..<4)))
            case 3: filter.domains = [MailDomain.ID(1), MailDomain.ID(2)]
            case 4: filter.isScheduled = true
            case 5: filter.from = Fixture.start + .seconds(random.int(in: 0..<600))
            default: filter.until = Fixture.start + .seconds(random.int(in: 0..<900))
            }
        }
        if random.once(in: 5) { filter.subjectContains = "off" }
        return filter
    }

    private func slices(_ random: SeededRandom, _ ids: [Message.ID]) -> [Slice<Message>] {
        let limit = random.int(in: 1..<9)
        let place = ids.isEmpty ? Message.ID(1) : random.element(of: ids)
        return [
            Slice(limit: limit), Slice(offset: 0, limit: limit), Slice(offset: random.int(in: 0..<30), limit: limit),
            Slice(.after(place), limit: limit), Slice(.before(place), limit: limit),
        ]
    }

    /// Reads every row, as the list did before there was an index.
    private func expected(_ store: SQLiteStore, _ query: MessageQuery) throws -> Page<Message.ID> {
        let filter = try QueryFilter(query, personalities: store.personalities)
        let reader = try Reader(path: folder.file("mail.db"))
        let page = try #require(try reader.scan(filter) { false })
        return page.map { Message.ID($0.id) }
    }

    private func check(_ store: SQLiteStore, _ random: SeededRandom, _ ids: [Message.ID]) async throws {
        let tenant = random.once(in: 4) ? nil : Fixture.owner
        let filter = filter(random)
        guard !filter.isEmpty else { return }
        for slice in slices(random, ids) {
            let query = MessageQuery(tenant: tenant, filter: filter, slice: slice)
            let found = try await store.messages(query).map(\.id)
            #expect(try found == expected(store, query), "\(query)")
        }
        try await checkParts(store, random, ids)
    }

    private func checkParts(_ store: SQLiteStore, _ random: SeededRandom, _ ids: [Message.ID]) async throws {
        var filter = DeliveryFilter()
        switch random.int(in: 0..<5) {
        case 0: filter.recipient = random.element(of: Self.people).uppercased()
        case 1: filter.sender = "s1@example.com"
        case 2: filter.tags = ["red", "blue"]
        case 3: filter.standings = [DeliveryFilter.Standing([.delivered, .queued])]
        default: filter.senderDomains = ["example.com", "example.org"]
        }
        if random.once(in: 3) { filter.until = Fixture.start + .seconds(random.int(in: 0..<600)) }
        let place = DeliveryID(message: ids.isEmpty ? Message.ID(1) : random.element(of: ids), recipient: 1).place
        let limit = random.int(in: 1..<9)
        for slice in [Slice(limit: limit), Slice(.after(place), limit: limit), Slice(.before(place), limit: limit)] {
            let query = DeliveryQuery(tenant: Fixture.owner, filter: filter, slice: slice)
            let found = try await store.deliveries(query)
            let reader = try Reader(path: folder.file("mail.db"))
            let expected = try #require(try reader.parts(query, store.personalities) { false })
            #expect(found.map(\.id) == expected.map(\.id), "\(query)")
        }
    }

    // MARK: The tests

    @Test("A list and its total are what reading every row gives, whatever happened and however far the index is")
    func equivalence() async throws {
        let random = SeededRandom(seed: 14)
        var store = try open()
        var ids: [Message.ID] = []
        for step in 0..<400 {
            try await happen(store, random, &ids)
            if random.once(in: 3) { await store.listsCaughtUp() }
            if step % 4 == 0 { try await check(store, random, ids) }
            if random.once(in: 60) {
                store.close()
                store = try open()
            }
        }
        await store.listsCaughtUp()
        #expect(store.lists.withState { $0.runs.count } >= 10)
        for _ in 0..<50 { try await check(store, random, ids) }
        for _ in 0..<20 { try checkIndex(store, filter(random)) }
        store.close()
    }

    /// It is the index that answers, and not the rows behind it.
    private func checkIndex(_ store: SQLiteStore, _ filter: MessageFilter) throws {
        guard !filter.isEmpty else { return }
        let query = MessageQuery(tenant: Fixture.owner, filter: filter, slice: Slice(offset: 0, limit: 5))
        let reader = try Reader(path: folder.file("mail.db"))
        let stored = try QueryFilter(query, personalities: store.personalities)
        guard let terms = try reader.terms(stored) else { return }
        let source = Reader.ListSource(index: store.lists, path: folder.file("mail.db"), looseMax: 1) { false }
        let page = try #require(try reader.indexed(stored, terms, source))
        #expect(try page.map { Message.ID($0.id) } == expected(store, query), "\(query)")
    }

    @Test("A removed index is made again, and so is one of another database or of a later state of it")
    func rebuilt() async throws {
        let random = SeededRandom(seed: 3)
        var ids: [Message.ID] = []
        var store = try open()
        for number in 0..<20 { ids.append(try await store.accept(message(random, number))) }
        await store.listsCaughtUp()
        store.close()
        // An earlier state of the database, put back by hand.
        let earlier = try folder.content(of: "mail.db")
        store = try open()
        for number in 20..<60 { ids.append(try await store.accept(message(random, number))) }
        await store.listsCaughtUp()
        store.close()
        try Files.remove(folder.file("mail.db"))
        try Files.createDurably(folder.file("mail.db"), mode: 0o600, content: earlier)
        store = try open()
        for number in 20..<30 { _ = try await store.accept(message(random, number)) }
        await store.listsCaughtUp()
        for _ in 0..<30 { try await check(store, random, ids) }
        store.close()
        for file in ListDatabase.files(of: folder.file("mail.db")) { try Files.remove(file) }
        store = try open()
        await store.listsCaughtUp()
        #expect(store.lists.withState { $0.runs.count } == 3)
        for _ in 0..<30 { try await check(store, random, ids) }
        store.close()
    }

    @Test("A file of the index that is no database goes, and the index is made again")
    func damaged() async throws {
        let random = SeededRandom(seed: 5)
        var store = try open()
        for number in 0..<20 { _ = try await store.accept(message(random, number)) }
        await store.listsCaughtUp()
        store.close()
        for file in ListDatabase.files(of: folder.file("mail.db")) { try Files.remove(file) }
        try Files.createDurably(
            ListDatabase.path(of: folder.file("mail.db")), mode: 0o600,
            content: [UInt8](repeating: UInt8(ascii: "x"), count: 20_000))
        store = try open()
        await store.listsCaughtUp()
        #expect(store.lists.withState { $0.runs.count } == 2)
        for _ in 0..<20 { try await check(store, random, []) }
        store.close()
    }

    @Test("A segment of which everything was removed takes no room, and removals that it has are forgotten")
    func emptied() async throws {
        let random = SeededRandom(seed: 9)
        let store = try open()
        defer { store.close() }
        var ids: [Message.ID] = []
        for number in 0..<24 { ids.append(try await store.accept(message(random, number))) }
        await store.listsCaughtUp()
        for id in ids.prefix(16) {
            _ = await store.commit([.cancel(id, at: Fixture.start)])
            _ = await store.commit([.settle([Fixture.settlement(id.value)], reports: [])])
            for place in 0..<3 {
                _ = await store.commit([.settle([Fixture.settlement(id.value, recipient: place)], reports: [])])
            }
            _ = await store.commit([.upkeep(.removeMessage(id))])
        }
        await store.listsCaughtUp()
        #expect(store.lists.withState { $0.runs.map(\.id) } == [3])
        #expect(store.lists.keptRemovals == 16)
        let disk = try Connection(path: ListDatabase.path(of: folder.file("mail.db")), access: .readOnly)
        #expect(try disk.scalar("SELECT count(DISTINCT run) FROM posting", "count") == 1)
    }

    @Test("Places are read back as they were written, few or many")
    func bitmaps() throws {
        for step in [1, 7, 16, 17, 100, 20_000] {
            var bitmap = ListBitmap()
            for place in stride(from: 0, to: ListBitmap.places, by: step) { bitmap.insert(place) }
            #expect(ListBitmap(bitmap.encoded) == bitmap)
            #expect(bitmap.all == Array(stride(from: 0, to: ListBitmap.places, by: step)))
            var part = bitmap
            part.limit(to: 63..<20_001)
            #expect(part.all == bitmap.all.filter { (63..<20_001).contains($0) })
        }
        #expect(ListBitmap([1]) == nil && ListBitmap([0, 0xFF]) == nil)
        let numbers: [Int64] = [0, 1, 5, 300, 299, -7, .max, .min]
        #expect(ListPlaces.numbers(ListPlaces.encoded(numbers)) == numbers)
    }
}

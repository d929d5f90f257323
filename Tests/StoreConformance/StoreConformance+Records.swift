import Base
import Model
import Ports
import Synchronization
import TestKit
import Testing

extension StoreConformance {
    static let records = [
        StoreCheck("A record is read back as it was made, and over a restart") { bench in
            let due = Fixture.start + .seconds(60)
            let receipts = try await bench.records(
                .insert(Fixture.newRecord(#"{"a":1.0}"#, name: "x", codes: ["AAA", "BBB"], due: due)))
            #expect(receipts == [RecordReceipt(id: Record.ID(1), minted: "AAA")])
            let expected = Record(
                id: Record.ID(1), space: Fixture.space(), state: "open", createdAt: Fixture.start,
                since: Fixture.start, due: due, minted: "AAA", body: Array(#"{"a":1.0}"#.utf8))
            for _ in 0..<2 {
                #expect(try await bench.store.record(Record.ID(1)) == expected)
                #expect(
                    try await bench.store.record(RecordKey(Fixture.names, "x"), in: Fixture.space()) == expected)
                #expect(
                    try await bench.store.record(RecordKey(Fixture.codes, "AAA"), in: Fixture.space()) == expected)
                #expect(try await bench.store.nextDueRecord() == due)
                try await bench.reopen()
            }
            #expect(try await bench.store.record(Record.ID(2)) == nil)
            #expect(try await bench.store.record(RecordKey(Fixture.codes, "BBB"), in: Fixture.space()) == nil)
            #expect(try await bench.records(.insert(Fixture.newRecord())).map(\.id) == [Record.ID(2)])
        },
        StoreCheck("A key is unique in its space, and elsewhere another's") { bench in
            try await bench.records(.insert(Fixture.newRecord(name: "x")))
            let taken = KernelFailure.alreadyExists(.record("case"), field: "name")
            #expect(try await bench.record(.insert(Fixture.newRecord(name: "x"))).failure == taken)
            for space in [
                Fixture.space(account: 2), Fixture.space(origin: Fixture.otherPersonality),
                Fixture.space(mode: .test), Fixture.space(collection: "other"),
            ] {
                #expect(try await bench.records(.insert(Fixture.newRecord(in: space, name: "x"))).count == 1)
                #expect(try await bench.store.record(RecordKey(Fixture.names, "x"), in: space)?.space == space)
            }
        },
        StoreCheck("A key of the whole collection is no other account's either, nor of the other mode") { bench in
            try await bench.records(.insert(Fixture.newRecord(codes: ["AAA"])))
            for space in [Fixture.space(account: 2), Fixture.space(mode: .test)] {
                let receipts = try await bench.records(
                    .insert(Fixture.newRecord(in: space, codes: ["AAA", space.mode == .test ? "CCC" : "BBB"])))
                #expect(receipts[0].minted != "AAA")
            }
            let failure = try await bench.record(.insert(Fixture.newRecord(codes: ["AAA", "BBB", "CCC"]))).failure
            #expect(failure == .alreadyExists(.record("case"), field: "code"))
        },
        StoreCheck("A key that is unique while in a state is free once the record has rested out of it") { bench in
            try await bench.records(.insert(Fixture.newRecord(codes: ["AAA"])))
            let closed = Fixture.start + .seconds(100)
            _ = try await bench.record(.edit(Fixture.edit(1, state: "closed")), at: closed)
            for (seconds, isFree) in [(0, false), (3599, false), (3601, true)] {
                let outcome = try await bench.record(
                    .insert(Fixture.newRecord(codes: ["AAA"])), at: closed + .seconds(seconds))
                #expect((outcome.failure == nil) == isFree)
            }
            try await bench.reopen()
            let latest = try await bench.store.record(RecordKey(Fixture.codes, "AAA"), in: Fixture.space())
            #expect(latest?.id == Record.ID(2))
        },
        StoreCheck("A record is changed only if it is as expected") { bench in
            try await bench.records(.insert(Fixture.newRecord()))
            let at = Fixture.start + .seconds(5)
            let edit = Fixture.edit(1, expecting: .version(1), state: "closed", "[1]")
            #expect(try await bench.record(.edit(edit), at: at).receipts?.map(\.id) == [Record.ID(1)])
            let record = try #require(try await bench.store.record(Record.ID(1)))
            #expect(record.version == 2 && record.state == "closed" && record.body == Array("[1]".utf8))
            #expect(record.createdAt == Fixture.start && record.since == at)
            let refusal = KernelFailure.wrongState(.record("case"), state: .named("closed"), operation: .edit)
            #expect(try await bench.record(.edit(edit)).failure == refusal)
            #expect(try await bench.record(.edit(Fixture.edit(1, expecting: .states(["open"])))).failure == refusal)
            #expect(try await bench.record(.edit(Fixture.edit(9))).failure == .notFound(.record("case")))
            let still = Fixture.edit(1, expecting: .states(["closed"]), state: "closed")
            _ = try await bench.record(.edit(still), at: at + .seconds(5))
            #expect(try await bench.store.record(Record.ID(1))?.since == at)
        },
        StoreCheck("A unit is made as a whole or not at all, and so is what it announces") { bench in
            try await bench.account()
            _ = try await bench.commit(.webhook(.create(Fixture.webhook(), atMost: 9)))
            try await bench.records(.insert(Fixture.newRecord(name: "x")))
            let steps: [RecordStep] = [
                .edit(Fixture.edit(1, state: "closed")), .insert(Fixture.newRecord(name: "y")),
                .insert(Fixture.newRecord(name: "x")),
            ]
            let news = RecordAnnouncement(
                account: Account.ID(1), origin: Fixture.personality, name: "case.closed", data: Array("{}".utf8))
            let unit = RecordUnit(steps, announcing: [news], at: Fixture.start)
            #expect(
                try await bench.commit(.record(unit)).failure == .alreadyExists(.record("case"), field: "name"))
            #expect(try await bench.store.record(Record.ID(1))?.state == "open")
            #expect(try await bench.store.record(Record.ID(2)) == nil)
            #expect(try await bench.store.pendingWebhooks() == [])
            let twins = RecordUnit(
                [.insert(Fixture.newRecord(name: "z")), .insert(Fixture.newRecord(name: "z"))], at: Fixture.start)
            #expect(try await bench.commit(.record(twins)).failure == .alreadyExists(.record("case"), field: "name"))
            let good = RecordUnit(Array(steps.prefix(2)), announcing: [news], at: Fixture.start)
            #expect(try await bench.commit(.record(good)).receipts?.count == 2)
            #expect(try await bench.store.pendingWebhooks().count == 1)
        },
        StoreCheck("What goes to a record's own URL goes nowhere else, and its endpoint stands in no list") { bench in
            try await bench.account()
            _ = try await bench.commit(.webhook(.create(Fixture.webhook(), atMost: 9)))
            for url in ["https://a.example/1", "https://a.example/1", "https://a.example/2"] {
                let news = RecordAnnouncement(
                    account: Account.ID(1), origin: Fixture.personality, name: "case.closed",
                    data: Array("{}".utf8), target: .url(UserData(url)))
                let unit = RecordUnit(
                    [.insert(Fixture.newRecord())], announcing: [news], at: Fixture.start)
                #expect(try await bench.commit(.record(unit)).receipts?.count == 1)
            }
            #expect(try await bench.store.pendingWebhooks().map(\.endpoint.value) == [2, 2, 3])
            #expect(try await bench.store.webhooks(of: Fixture.owner).map(\.id.value) == [1])
            #expect(try await bench.store.webhooks(of: nil).map(\.id.value) == [1])
            let own = try #require(try await bench.store.webhook(WebhookEndpoint.ID(2)))
            #expect(own.isOwn && own.url == UserData("https://a.example/1"))
            #expect(try await bench.store.webhook(WebhookEndpoint.ID(1))?.isOwn == false)
        },
        StoreCheck("Lists are a space's, latest first, narrowed by states, mark and time, with a total") { bench in
            let red = RecordMark("colour", "red")
            for index in 0..<6 {
                let new = Fixture.newRecord(
                    state: index % 2 == 0 ? "open" : "closed", marks: index < 3 ? [red] : [RecordMark("colour", "blue")]
                )
                _ = try await bench.record(.insert(new), at: Fixture.start + .seconds(index))
            }
            try await bench.records(.insert(Fixture.newRecord(in: Fixture.space(account: 2), marks: [red])))
            #expect(try await bench.recordNumbers() == Listed([6, 5, 4, 3, 2, 1], 6))
            #expect(
                try await bench.recordNumbers {
                    $0.limit = 2; $0.offset = 1
                } == Listed([5, 4], 6))
            #expect(try await bench.recordNumbers { $0.states = ["open"] } == Listed([5, 3, 1], 3))
            #expect(try await bench.recordNumbers { $0.states = ["open", "closed"] }.numbers == [6, 5, 4, 3, 2, 1])
            #expect(try await bench.recordNumbers { $0.mark = red } == Listed([3, 2, 1], 3))
            #expect(
                try await bench.recordNumbers {
                    $0.mark = red; $0.states = ["open"]
                } == Listed([3, 1], 2))
            #expect(
                try await bench.recordNumbers {
                    $0.from = Fixture.start + .seconds(1)
                    $0.to = Fixture.start + .seconds(3)
                } == Listed([4, 3, 2], 3))
            _ = try await bench.record(
                .edit(Fixture.edit(1, unmarked: [red], marked: [RecordMark("colour", "blue")])))
            #expect(try await bench.recordNumbers { $0.mark = red }.numbers == [3, 2])
            #expect(try await bench.recordNumbers { $0.mark = RecordMark("colour", "blue") }.numbers == [6, 5, 4, 1])
        },
        StoreCheck("A removed record is gone, and so are its mark and its due time; what was unique stays so") {
            bench in
            let red = RecordMark("colour", "red")
            try await bench.records(
                .insert(Fixture.newRecord("secret", name: "x", codes: ["AAA"], marks: [red], due: Fixture.start)))
            #expect(
                try await bench.record(.remove(Record.ID(1), .version(2), collection: "case")).failure
                    == .wrongState(.record("case"), state: .named("open"), operation: .edit))
            try await bench.records(.remove(Record.ID(1), .version(1), collection: "case"))
            #expect(try await bench.store.record(Record.ID(1)) == nil)
            #expect(try await bench.store.record(RecordKey(Fixture.names, "x"), in: Fixture.space()) == nil)
            #expect(try await bench.recordNumbers { $0.mark = red } == Listed([], 0))
            #expect(try await bench.store.nextDueRecord() == nil)
            #expect(
                try await bench.record(.insert(Fixture.newRecord(name: "x"))).failure
                    == .alreadyExists(.record("case"), field: "name"))
            try await bench.reopen()
            #expect(try await bench.records(.insert(Fixture.newRecord(codes: ["AAA"]))).map(\.id.value) == [2])
        },
        StoreCheck("Due records are found in order, moved, and forgotten") { bench in
            for seconds in [30, 10, 20] {
                try await bench.records(.insert(Fixture.newRecord(due: Fixture.start + .seconds(seconds))))
            }
            let now = Fixture.start + .seconds(25)
            #expect(try await bench.store.dueRecords(at: now, limit: 9).map(\.id.value) == [2, 3])
            #expect(try await bench.store.dueRecords(at: now, limit: 1).map(\.id.value) == [2])
            _ = try await bench.record(.edit(Fixture.edit(2)))
            _ = try await bench.record(.edit(Fixture.edit(3, due: Fixture.start + .seconds(40))))
            try await bench.reopen()
            #expect(try await bench.store.dueRecords(at: now, limit: 9) == [])
            #expect(try await bench.store.nextDueRecord() == Fixture.start + .seconds(30))
        },
        StoreCheck("Who observes records hears of the earliest due time of what was made, and of no refused one") {
            bench in
            let listener = DueListener()
            bench.observe(records: listener)
            let early = Fixture.start + .seconds(5)
            let unit = RecordUnit(
                [
                    .insert(Fixture.newRecord(name: "x", due: early + .seconds(9))),
                    .insert(Fixture.newRecord(due: early)),
                ], at: Fixture.start)
            _ = try await bench.commit(.record(unit))
            _ = try await bench.record(.insert(Fixture.newRecord(name: "x", due: Fixture.start)))
            _ = try await bench.record(.insert(Fixture.newRecord()))
            #expect(listener.heard == [early])
        },
        StoreCheck("Changes of records are part of what is done once for a key") { bench in
            let record = Fixture.idempotency("k")
            for isFirst in [true, false] {
                let unit = KeyedPlan(
                    record: record, whenDifferent: .refuse, at: Fixture.start,
                    expiresAt: Fixture.start + .seconds(60),
                    changes: [.record(RecordUnit([.insert(Fixture.newRecord(name: "x"))], at: Fixture.start))]
                ) { outcomes in
                    StoredAnswer(status: 200, body: Array("\(outcomes.first?.receipts?.first?.id.value ?? 0)".utf8))
                }
                guard case .keyed(let outcome) = try await bench.commit(.keyed(unit)) else {
                    Issue.record("another outcome")
                    continue
                }
                switch outcome {
                case .fresh: #expect(isFirst)
                case .replayed(let answer): #expect(!isFirst && answer.body == Array("1".utf8))
                }
            }
        },
        StoreCheck("A facet is put beside a row, or with the row, or the row is not made either") { bench in
            try await bench.account()
            let endpoint = Change.webhook(.create(Fixture.webhook(), atMost: 9))
            let body = Array(#"{"description":"d"}"#.utf8)
            #expect(
                try await bench.commit(.facet(.beside(endpoint, .webhook, Fixture.personality, body))).serial == 1)
            var facet = Facet(.key, row: 1, origin: Fixture.personality, body: Array("1".utf8))
            _ = try await bench.commit(.facet(.put(facet)))
            facet.body = Array("2".utf8)
            _ = try await bench.commit(.facet(.put(facet)))
            try await bench.reopen()
            #expect(try await bench.facets(.webhook, 1, 2) == [1: body])
            #expect(try await bench.facets(.key, 1) == [1: Array("2".utf8)])
            #expect(
                try await bench.store.facets(.key, of: [1], origin: Fixture.otherPersonality) == [:])
            facet.body = []
            _ = try await bench.commit(.facet(.put(facet)))
            #expect(try await bench.facets(.key, 1) == [:])
            let missing = Change.webhook(.edit(WebhookEndpoint.ID(9), WebhookEdit(isEnabled: true), at: Fixture.start))
            #expect(
                try await bench.commit(.facet(.beside(missing, .webhook, Fixture.personality, body))).failure
                    == .notFound(.webhook))
            #expect(try await bench.facets(.webhook, 9) == [:])
            _ = try await bench.commit(.webhook(.delete(WebhookEndpoint.ID(1), at: Fixture.start)))
            #expect(try await bench.facets(.webhook, 1) == [:])
        },
        StoreCheck("Dead letters are an owner's, latest first, also when they were replayed") { bench in
            try await bench.account()
            _ = try await bench.commit(.webhook(.create(Fixture.webhook(), atMost: 9)))
            for index in 0..<3 {
                let news = RecordAnnouncement(
                    account: Account.ID(1), origin: Fixture.personality, name: "case.closed",
                    data: Array("{}".utf8),
                    target: index == 0 ? .url(UserData("https://a.example/")) : .subscribers)
                let unit = RecordUnit([.insert(Fixture.newRecord())], announcing: [news], at: Fixture.start)
                _ = try await bench.commit(.record(unit))
            }
            let queued = try await bench.store.pendingWebhooks().sorted { $0.id < $1.id }
            #expect(queued.map(\.endpoint.value) == [2, 1, 1])
            for (index, delivery) in queued.enumerated() {
                let settlement = WebhookSettlement(
                    id: delivery.id, endpoint: delivery.endpoint, at: Fixture.start,
                    verdict: index == 2 ? .delivered : .givenUp, attempts: 1, status: 404, response: nil)
                _ = try await bench.commit(.webhook(.settle([settlement])))
            }
            let ids = queued.map(\.id)
            #expect(try await bench.dead().map(\.delivery.id) == [ids[1], ids[0]])
            #expect(try await bench.dead().map(\.isOwn) == [false, true])
            #expect(try await bench.dead(limit: 1).count == 1)
            let at = Fixture.start + .seconds(9)
            #expect(try await bench.commit(.webhook(.replay(ids, at: at))).applied == [true, true, true])
            #expect(try await bench.dead() == [])
            #expect(try await bench.dead(includingReplayed: true).map(\.delivery.id) == [ids[1], ids[0]])
            #expect(try await bench.dead(includingReplayed: true).map(\.delivery.replayedAt) == [at, at])
            let other = Tenant(account: Account.ID(2), origin: Fixture.personality)
            #expect(
                try await bench.store.deadWebhooks(of: other, includingReplayed: true, limit: 9) == [])
        },
        StoreCheck("A delivery that its poster attempts is told to nobody, and is due after a restart") { bench in
            try await bench.account()
            _ = try await bench.commit(.webhook(.create(Fixture.webhook(), atMost: 9)))
            let listener = WebhookListener()
            bench.observe(webhooks: listener)
            let news = WebhookAnnouncement(name: "test", data: Array("{}".utf8), at: Fixture.start)
            let change = WebhookChange.post(news, to: WebhookEndpoint.ID(1), isClaimed: true)
            let made = try #require(try await bench.commit(.webhook(change)).serial)
            #expect(listener.heard == [])
            try await bench.reopen()
            #expect(try await bench.store.pendingWebhooks().map(\.id.value) == [made])
        },
    ]
}

extension StoreBench {
    func record(_ step: RecordStep, at: Instant = Fixture.start) async throws -> ChangeOutcome {
        try await commit(.record(RecordUnit([step], at: at)))
    }

    @discardableResult
    func records(_ step: RecordStep) async throws -> [RecordReceipt] {
        try #require(try await record(step).receipts)
    }

    fileprivate func account() async throws {
        _ = try await commit(.directory(.createAccount(name: "acme", parent: nil, at: Fixture.start)))
    }

    fileprivate func recordNumbers(_ narrow: (inout RecordQuery) -> Void = { _ in }) async throws -> Listed {
        var query = RecordQuery(in: Fixture.space(), limit: 100)
        narrow(&query)
        let page = try await store.records(query)
        return Listed(page.records.map(\.id.value), page.total)
    }

    fileprivate func facets(_ kind: Facet.Kind, _ rows: Int64...) async throws -> [Int64: [UInt8]] {
        try await store.facets(kind, of: rows, origin: Fixture.personality)
    }

    fileprivate func dead(includingReplayed: Bool = false, limit: Int = 9) async throws -> [DeadWebhook] {
        try await store.deadWebhooks(of: Fixture.owner, includingReplayed: includingReplayed, limit: limit)
    }
}

extension ChangeOutcome {
    var receipts: [RecordReceipt]? {
        if case .recorded(let receipts) = self { receipts } else { nil }
    }
}

/// A page of a list as a test looks at it.
private struct Listed: Equatable {
    let numbers: [Int64]
    let total: Int

    init(_ numbers: [Int64], _ total: Int) {
        self.numbers = numbers
        self.total = total
    }
}

/// Remembers what it heard.
private final class DueListener: RecordObserver {
    private let collected = Mutex<[Instant]>([])

    func scheduled(earliest due: Instant) { collected.withLock { $0.append(due) } }

    var heard: [Instant] { collected.withLock { $0 } }
}

import Base
import Model
import Ports
import TestKit
import Testing

extension StoreConformance {
    static let together = [
        StoreCheck("Changes that are made together are made in their order, and each later one sees the earlier") {
            bench in
            let outcome = try await bench.commit(
                .all([account, .domain(.create(Fixture.domain())), .accept(Fixture.message())]))
            let parts = try outcome.all()
            #expect(parts.map(\.serial) == [1, 1, nil])
            #expect(parts[2].acceptance != nil)
            try await bench.reopen()
            #expect(try await bench.store.directory().domains.count == 1)
            #expect(try await bench.list().total == 1)
        },
        StoreCheck("Where one is refused none is made, whichever it is, and its refusal is told") { bench in
            _ = try await bench.commit(account)
            for changes in [
                [revoke, .accept(Fixture.message()), account], [.accept(Fixture.message()), revoke, account],
                [account, .accept(Fixture.message()), .domain(.create(Fixture.domain())), revoke],
            ] {
                #expect(try await bench.commit(.all(changes)).failure == .notFound(.key))
            }
            for _ in 0..<2 {
                #expect(try await bench.list().total == 0)
                #expect(try await bench.pending().isEmpty)
                let image = try await bench.store.directory()
                #expect(image.accounts.count == 1 && image.domains.isEmpty)
                try await bench.reopen()
            }
        },
        StoreCheck("What is taken back leaves no trace: not in quotas, nor in keys, nor with observers") { bench in
            let heard = Listener()
            bench.observe(heard)
            _ = try await bench.commit(account)
            let quota = QuotaOwner.account(Account.ID(1))
            let kind = Quota.Kind(.day, .message)
            _ = try await bench.commit(.limits(.setQuota(quota, kind, limit: 1)))
            let message = Fixture.message(idempotency: Fixture.idempotency("k"))
            #expect(try await bench.commit(.all([.accept(message), revoke])).failure == .notFound(.key))
            #expect(heard.heard.isEmpty)
            let accepted = try #require(try await bench.commit(.accept(message)).acceptance)
            #expect(!accepted.replayed)
            #expect(heard.heard.map(\.id.message) == [accepted.message])
        },
        StoreCheck("Neighbours in the same commit are made as if it had not been tried, each once") { bench in
            let outcomes = await bench.store.commit([
                .accept(Fixture.message()), .all([.accept(Fixture.message()), revoke]), .accept(Fixture.message()),
                .all([.accept(Fixture.message()), account]), .all([account, account, revoke]),
            ])
            #expect(outcomes.map { $0.failure == nil } == [true, false, true, true, false])
            let list = try await bench.list()
            #expect(list.total == 3)
            #expect(try await bench.pending().count == 3)
            #expect(try await bench.store.directory().accounts.count == 1)
        },
        StoreCheck("Among units of other callers a group fails by itself") { bench in
            let store = bench.store
            let made = await withTaskGroup(of: Bool.self) { group in
                for index in 0..<60 {
                    group.addTask {
                        let changes: [Change] =
                            index % 3 == 0 ? [.accept(Fixture.message()), revoke] : [account, account]
                        return await store.commit([.all(changes)]).first?.failure == nil
                    }
                }
                return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
            }
            #expect(made == 40)
            let (accounts, messages) = (try await store.directory().accounts.count, try await bench.list().total)
            #expect(accounts == 80 && messages == 0)
        },
        StoreCheck("A group within a group falls with it, and takes it along") { bench in
            let inner = try await bench.commit(.all([account, .all([.accept(Fixture.message()), revoke])]))
            #expect(inner.failure == .notFound(.key))
            let outer = try await bench.commit(.all([.all([account, .accept(Fixture.message())]), revoke]))
            #expect(outer.failure == .notFound(.key))
            #expect(try await bench.store.directory().accounts.isEmpty)
            #expect(try await bench.list().total == 0)
        },
        StoreCheck("A refused group leaves nothing of its records: no row, key, mark, time or announcement") { bench in
            _ = try await bench.commit(account)
            _ = try await bench.commit(.webhook(.create(Fixture.webhook(), atMost: 9)))
            try await bench.records(.insert(Fixture.newRecord(name: "x", codes: ["AAA"])))
            let before = try await bench.store.record(Record.ID(1))
            let outcomes = await bench.store.commit([
                .all([.record(wanted), revoke]),
                .record(RecordUnit([.insert(Fixture.newRecord(name: "z"))], at: Fixture.start)),
            ])
            #expect(outcomes.map(\.failure) == [.notFound(.key), nil])
            let space = Fixture.space()
            for _ in 0..<2 {
                #expect(try await bench.store.record(Record.ID(1)) == before)
                #expect(try await bench.store.record(RecordKey(Fixture.names, "y"), in: space) == nil)
                #expect(try await bench.store.record(RecordKey(Fixture.codes, "BBB"), in: space) == nil)
                var marked = RecordQuery(in: space, limit: 9)
                marked.mark = red
                #expect(try await bench.store.records(marked).records.isEmpty)
                #expect(try await bench.store.nextDueRecord() == nil)
                #expect(try await bench.store.pendingWebhooks().isEmpty)
                #expect(try await bench.store.record(RecordKey(Fixture.names, "z"), in: space)?.id == Record.ID(2))
                try await bench.reopen()
            }
            // What it wanted is free.
            let receipts = try await bench.records(.insert(Fixture.newRecord(name: "y", codes: ["BBB"])))
            #expect(receipts == [RecordReceipt(id: Record.ID(3), minted: "BBB")])
        },
        StoreCheck("Within a unit that is made once, the answer about a group that was refused is kept") { bench in
            let unit = KeyedPlan(
                record: Fixture.idempotency("k"), whenDifferent: .refuse, at: Fixture.start,
                expiresAt: Fixture.start + .seconds(60), changes: [.all([account, revoke])]
            ) { StoredAnswer(status: $0.first?.failure == nil ? 200 : 404, body: []) }
            _ = try await bench.commit(.keyed(unit))
            #expect(try await bench.store.answer(unit.record.key)?.answer.status == 404)
            #expect(try await bench.store.directory().accounts.isEmpty)
        },
    ]

    private static let red = RecordMark("colour", "red")

    /// A record changed and another made, each with a mark and a time, and told of.
    private static let wanted = RecordUnit(
        [
            .edit(Fixture.edit(1, state: "closed", marked: [red], due: Fixture.start + .seconds(60))),
            .insert(
                Fixture.newRecord(name: "y", codes: ["BBB"], marks: [red], due: Fixture.start + .seconds(60))),
        ],
        announcing: [
            RecordAnnouncement(
                account: Account.ID(1), origin: Fixture.personality, name: "case.closed", data: Array("{}".utf8))
        ], at: Fixture.start)

    private static let account = Change.directory(.createAccount(name: "a", parent: nil, at: Fixture.start))
    /// Refused, as there is no such key.
    private static let revoke = Change.directory(.revokeKey(AccessKey.ID(99), at: Fixture.start))
}

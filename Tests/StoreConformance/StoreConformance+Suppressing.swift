import Base
import Model
import Ports
import TestKit
import Testing

extension StoreConformance {
    static let suppressing = [
        StoreCheck("A suppressed recipient is not queued and says so; the others are") { bench in
            try await bench.makeAccounts()
            try await bench.suppress("b@x.net")
            let id = try await bench.accept(
                Fixture.message(Fixture.submission(to: ["a@x.net", "b@x.net"], cc: ["c@x.net"])))
            #expect(try await bench.states(id) == [.queued, .suppressed, .queued])
            #expect(try await bench.pending().map(\.id.recipient) == [0, 2])
            let events = try await bench.message(id).events
            #expect(events.map(\.kind) == [.accepted, .suppressed] && events.map(\.recipient) == [nil, 1])
        },
        StoreCheck("A message to suppressed addresses alone is refused with all of them, and leaves nothing") { bench in
            try await bench.makeAccounts()
            try await bench.suppress("a@x.net")
            try await bench.suppress("b@x.net")
            let record = Fixture.idempotency("k")
            let outcomes = await bench.store.commit([
                .accept(Fixture.message(Fixture.submission(to: ["a@x.net", "b@x.net"]), idempotency: record)),
                .accept(Fixture.message(Fixture.submission(to: ["c@x.net"]), idempotency: record)),
            ])
            #expect(outcomes[0].failure == .allRecipientsSuppressed([UserData("a@x.net"), UserData("b@x.net")]))
            #expect(outcomes[1].acceptance?.replayed == false)
            #expect(try await bench.list().total == 1)
        },
        StoreCheck("Where the personality accepts such a message it goes to nobody, and is finished") { bench in
            try await bench.makeAccounts()
            try await bench.suppress("a@x.net")
            var message = Fixture.message(Fixture.submission(to: ["a@x.net"]), simulation: .delivered)
            message.suppression = .accept
            let id = try await bench.accept(message)
            #expect(try await bench.states(id) == [.suppressed])
            #expect(try await bench.message(id).state == .suppressed)
            #expect(try await bench.pending() == [])
        },
        StoreCheck("Addresses are compared without case") { bench in
            try await bench.makeAccounts()
            try await bench.suppress("Ann.B@X.net")
            for address in ["ann.b@x.net", "ANN.B@x.net"] {
                let message = Fixture.message(Fixture.submission(to: [address]))
                #expect(
                    try await bench.commit(.accept(message)).failure == .allRecipientsSuppressed([UserData(address)]))
            }
            try await bench.accept(Fixture.message(Fixture.submission(to: ["ann@x.net"])))
        },
        StoreCheck("A suppression holds for its account, its domain and its time") { bench in
            try await bench.makeAccounts()
            try await bench.suppress("a@x.net", account: 2)
            try await bench.suppress("b@x.net", domain: 2)
            try await bench.suppress("c@x.net", expiresAt: Fixture.start + .seconds(10))
            for (address, domain, seconds, isHeldBack) in [
                ("a@x.net", 1, 0, false), ("b@x.net", 1, 0, false), ("b@x.net", 2, 0, true), ("c@x.net", 1, 9, true),
                ("c@x.net", 1, 10, false),
            ] as [(String, Int64, Int, Bool)] {
                let message = Fixture.message(
                    Fixture.submission(to: [address]), domain: domain, at: Fixture.start + .seconds(seconds))
                let failure = try await bench.commit(.accept(message)).failure
                #expect((failure != nil) == isHeldBack, "\(address) \(domain) \(seconds)")
            }
        },
        StoreCheck("A suppression holds for what follows it in the same commit, and not for what stands before") {
            bench in
            try await bench.makeAccounts()
            let message = Fixture.message(Fixture.submission(to: ["a@x.net"]))
            let outcomes = await bench.store.commit([
                .accept(message), .suppression(.add(Fixture.suppression("a@x.net"))), .accept(message),
                .suppression(.remove(Account.ID(1), Fixture.address("A@x.net"), domain: nil)), .accept(message),
            ])
            #expect(outcomes.map { $0.acceptance != nil } == [true, false, false, false, true])
            #expect(outcomes[2].failure == .allRecipientsSuppressed([UserData("a@x.net")]))
        },
        StoreCheck("A replay is answered also after the recipient was suppressed") { bench in
            try await bench.makeAccounts()
            let message = Fixture.message(
                Fixture.submission(to: ["a@x.net"]), idempotency: Fixture.idempotency("k"))
            let id = try await bench.accept(message)
            try await bench.suppress("a@x.net")
            #expect(try await bench.commit(.accept(message)).acceptance == Acceptance(message: id, replayed: true))
        },
        StoreCheck("A message with a suppressed recipient can be taken back and moved until its first attempt") {
            bench in
            try await bench.makeAccounts()
            try await bench.suppress("a@x.net")
            let id = try await bench.accept(Fixture.message(Fixture.submission(to: ["a@x.net", "b@x.net"])))
            let later = Fixture.start + .seconds(60)
            #expect(try await bench.commit(.reschedule(id, due: later, at: Fixture.start)).failure == nil)
            #expect(try await bench.commit(.cancel(id, at: Fixture.start)).failure == nil)
            #expect(try await bench.pending() == [])
        },
        StoreCheck("Suppressions are listed latest first, by page, each once, until they expire or are removed") {
            bench in
            try await bench.makeAccounts()
            for address in ["a@x.net", "b@x.net", "c@x.net", "B@x.net"] { try await bench.suppress(address) }
            try await bench.suppress("b@x.net", domain: 1, expiresAt: Fixture.start + .seconds(10))
            try await bench.suppress("z@x.net", account: 2)
            #expect(
                try await bench.suppressed().map(\.address.address) == ["b@x.net", "c@x.net", "B@x.net", "a@x.net"])
            #expect(try await bench.suppressed().map(\.id.value) == [4, 3, 2, 1])
            #expect(try await bench.suppressed(offset: 1, limit: 2).map(\.id.value) == [3, 2])
            #expect(try await bench.suppressed(at: Fixture.start + .seconds(10)).map(\.id.value) == [3, 2, 1])
            #expect(try await bench.suppressed(account: nil).count == 5)
            #expect(try await bench.suppressed(origin: Fixture.otherPersonality).map(\.id.value) == [3, 2, 1])
            let account = Account.ID(1)
            let address = Fixture.address("B@x.net")
            #expect(try await bench.commit(.suppression(.remove(account, address, domain: nil))).serial == 2)
            #expect(
                try await bench.commit(.suppression(.remove(account, address, domain: nil))).failure
                    == .notFound(.suppression))
            #expect(
                try await bench.commit(.suppression(.remove(account, address, domain: MailDomain.ID(1)))).serial == 4)
            try await bench.reopen()
            #expect(try await bench.suppressed().map(\.id.value) == [3, 1])
        },
        StoreCheck("A suppression reads back as it was made, and holds after a new start") { bench in
            try await bench.makeAccounts()
            var suppression = Fixture.suppression("Ann@x.net", domain: 1, expiresAt: Fixture.start + .seconds(100))
            suppression.note = "asked us to"
            suppression.reason = .complaint
            suppression.origin = nil
            #expect(try await bench.commit(.suppression(.add(suppression))).serial == 1)
            try await bench.reopen()
            let query = SuppressionQuery(
                account: nil, origin: nil, now: Fixture.start, slice: Slice(offset: 0, limit: 9))
            let page = try await bench.store.suppressions(query)
            #expect(page == Page(items: [suppression], total: 1))
            let message = Fixture.message(Fixture.submission(to: ["ann@x.net"]))
            #expect(try await bench.commit(.accept(message)).acceptance == nil)
        },
        StoreCheck("Suppressing again changes the reason, and the date only where it had expired") { bench in
            try await bench.makeAccounts()
            try await bench.suppress("a@x.net", expiresAt: Fixture.start + .seconds(10))
            for (seconds, created) in [(5, 0), (6, 0), (20, 20)] {
                var again = Fixture.suppression(
                    "a@x.net", at: Fixture.start + .seconds(seconds), expiresAt: Fixture.start + .seconds(10))
                again.reason = .unsubscribe
                #expect(try await bench.commit(.suppression(.add(again))).serial == 1)
                let query = SuppressionQuery(
                    account: nil, origin: nil, now: Fixture.start, slice: Slice(offset: 0, limit: 9))
                let found = try #require(try await bench.store.suppressions(query).items.first)
                #expect(found.reason == .unsubscribe && found.createdAt == Fixture.start + .seconds(created))
            }
        },
        StoreCheck("Nobody can suppress for an account that is not there") { bench in
            let outcome = try await bench.commit(.suppression(.add(Fixture.suppression("a@x.net"))))
            #expect(outcome.failure == .notFound(.account))
        },
    ]
}

extension StoreBench {
    func makeAccounts() async throws {
        _ = await store.commit([
            .directory(.createAccount(name: "a", parent: nil, at: Fixture.start)),
            .directory(.createAccount(name: "b", parent: nil, at: Fixture.start)), .domain(.create(Fixture.domain(1))),
            .domain(.create(Fixture.domain(2, name: "other.example"))),
        ])
    }

    func suppress(
        _ address: String, account: Int64 = 1, domain: Int64? = nil, expiresAt: Instant? = nil
    ) async throws {
        let suppression = Fixture.suppression(address, account: account, domain: domain, expiresAt: expiresAt)
        #expect(try await commit(.suppression(.add(suppression))).serial != nil)
    }

    func suppressed(
        account: Int64? = 1, origin: PersonalityID? = nil, at now: Instant = Fixture.start, offset: Int = 0,
        limit: Int = 100
    ) async throws -> [Suppression] {
        let page = try await store.suppressions(
            SuppressionQuery(
                account: account.map(Account.ID.init), origin: origin, now: now,
                slice: Slice(offset: offset, limit: limit)))
        let total = try #require(page.total)
        #expect(total >= page.items.count + min(offset, total))
        return page.items
    }
}

import Base
import Crypto
import Model
import Ports
import TestKit
import Testing

extension StoreConformance {
    static let durability = [
        StoreCheck("Opened again, the store holds all that it held") { bench in
            let done = try await bench.accept(Fixture.message(Fixture.submission(html: "<p>one</p>")))
            let moved = try await bench.accept()
            let waiting = try await bench.accept(Fixture.message(simulation: .timeout))
            try await bench.settle(Fixture.settlement(done.value))
            try await bench.settle(
                Fixture.settlement(waiting.value, .again(due: Fixture.start + .seconds(5)), attempts: 3))
            _ = try await bench.commit(.reschedule(moved, due: Fixture.start + .seconds(9), at: Fixture.start))
            let ids = [done, moved, waiting]
            var before: [Message] = []
            for id in ids { before.append(try await bench.message(id)) }
            let pending = try await bench.pending()
            let events = try await bench.store.events(after: MailEvent.ID(0), limit: 100)
            try await bench.reopen()
            for (id, message) in zip(ids, before) { #expect(try await bench.message(id) == message) }
            #expect(try await bench.pending() == pending)
            #expect(try await bench.store.events(after: MailEvent.ID(0), limit: 100) == events)
        },
        StoreCheck("Opened again, serials go on where they ended") { bench in
            let first = try await bench.accept()
            try await bench.reopen()
            let second = try await bench.accept()
            #expect(second > first)
            let events = try await bench.store.events(after: MailEvent.ID(0), limit: 9)
            #expect(events.map(\.message) == [first, second] && events[0].id < events[1].id)
        },
        StoreCheck("What is pending is what has no end, whatever was done in whatever order") { bench in
            let random = SeededRandom(seed: 1)
            var open: [DeliveryID: Int] = [:]
            var ids: [Message.ID] = []
            for _ in 0..<60 {
                let to = (0..<random.int(in: 1..<4)).map { "r\($0)@example.net" }
                let id = try await bench.accept(Fixture.message(Fixture.submission(to: to)))
                ids.append(id)
                for recipient in to.indices { open[DeliveryID(message: id, recipient: recipient)] = 0 }
                for delivery in open.keys.sorted() where random.once(in: 4) {
                    let attempts = open[delivery, default: 0] + 1
                    let isOver = random.once(in: 2)
                    try await bench.settle(
                        Fixture.settlement(
                            delivery.message.value, recipient: delivery.recipient,
                            isOver ? .finished([.bounced]) : .again(due: Fixture.start), attempts: attempts))
                    open[delivery] = isOver ? nil : attempts
                }
                let message = ids[random.int(in: 0..<ids.count)]
                if try await bench.commit(.cancel(message, at: Fixture.start)).serial != nil {
                    for delivery in open.keys where delivery.message == message { open[delivery] = nil }
                }
            }
            let pending = try await bench.pending()
            #expect(pending.map(\.id) == open.keys.sorted())
            #expect(Dictionary(uniqueKeysWithValues: pending.map { ($0.id, $0.attempts) }) == open)
        },
        StoreCheck("Commits of many callers are all made, and each is read by the one who made it") { bench in
            let store = bench.store
            let found = try await withThrowingTaskGroup(of: String?.self) { group in
                for index in 0..<200 {
                    group.addTask {
                        let message = Fixture.message(Fixture.submission(subject: "s\(index)"))
                        guard let id = await store.commit([.accept(message)]).first?.acceptance?.message else {
                            return nil
                        }
                        return try await store.message(id, content: false)?.submission.subject
                    }
                }
                return try await group.reduce(into: [String?]()) { $0.append($1) }
            }
            #expect(Set(found.compactMap { $0 }) == Set((0..<200).map { "s\($0)" }))
            #expect(try await bench.list().total == 200)
        },
        StoreCheck("An empty commit is answered with nothing") { bench in
            let outcomes = await bench.store.commit([])
            #expect(outcomes.isEmpty)
        },
    ]

    static let directory = [
        StoreCheck("Accounts, keys and domains read back as they were made") { bench in
            let network = try #require(IPNetwork("10.0.0.0/8"))
            let key = Fixture.key(
                1, kind: .public, mode: .test, scopes: ["send", "read"], domains: ["example.com"], networks: [network],
                expiresAt: Fixture.start + .seconds(60))
            let signing = [
                SigningKey(algorithm: .rsa, publicKey: [1, 2], sealedPrivateKey: [3]),
                SigningKey(algorithm: .ed25519, publicKey: [4], sealedPrivateKey: [5, 6]),
            ]
            let domain = Fixture.domain(keys: signing)
            let outcomes = await bench.store.commit([
                .directory(.createAccount(name: "Account 1", parent: nil, at: Fixture.start)),
                .directory(.createKey(Fixture.stored(key))),
                .domain(.create(domain)),
            ])
            #expect(outcomes.map(\.serial) == [1, 1, 1])
            for _ in 0..<2 {
                let image = try await bench.store.directory()
                #expect(image.accounts == [Fixture.account()])
                #expect(image.keys == [Fixture.stored(key)])
                #expect(image.domains == [domain])
                try await bench.reopen()
            }
        },
        StoreCheck("A secret, and a domain's name within one account, exist once") { bench in
            let made = await bench.store.commit([
                .directory(.createAccount(name: "a", parent: nil, at: Fixture.start)),
                .directory(.createAccount(name: "b", parent: Account.ID(1), at: Fixture.start)),
                .directory(.createKey(Fixture.stored(Fixture.key()))), .domain(.create(Fixture.domain())),
                .domain(.create(Fixture.domain(account: 2))),
            ])
            #expect(made.map(\.serial) == [1, 2, 1, 1, 2])
            let refused = await bench.store.commit([
                .directory(.createKey(Fixture.stored(Fixture.key()))), .domain(.create(Fixture.domain())),
            ])
            #expect(
                refused.map(\.failure) == [
                    .alreadyExists(.key, field: "secret"), .alreadyExists(.domain, field: "name"),
                ])
            let image = try await bench.store.directory()
            #expect(image.accounts.map(\.parent) == [nil, Account.ID(1)])
            #expect(image.keys.count == 1 && image.domains.count == 2)
        },
        StoreCheck("What belongs to an account that is not there is refused, and its neighbours are made") { bench in
            let outcomes = await bench.store.commit([
                .directory(.createKey(Fixture.stored(Fixture.key()))), .domain(.create(Fixture.domain())),
                .directory(.createAccount(name: "a", parent: Account.ID(7), at: Fixture.start)),
                .accept(Fixture.message()),
                .directory(.setAccountState(Account.ID(1), .suspended)),
                .directory(.revokeKey(AccessKey.ID(1), at: Fixture.start)),
                .domain(.setProof(MailDomain.ID(1), .verified, at: Fixture.start)),
            ])
            #expect(
                outcomes.map(\.failure) == [
                    .notFound(.account), .notFound(.account), .notFound(.account), nil, .notFound(.account),
                    .notFound(.key), .notFound(.domain),
                ])
            let page = try await bench.list()
            #expect(page.total == 1)
        },
        StoreCheck("Suspension, revocation and proof are kept; a key is revoked once") { bench in
            let later = Fixture.start + .seconds(10)
            _ = await bench.store.commit([
                .directory(.createAccount(name: "a", parent: nil, at: Fixture.start)),
                .directory(.createKey(Fixture.stored(Fixture.key()))),
                .domain(.create(Fixture.domain(sending: .pending))),
            ])
            let outcomes = await bench.store.commit([
                .directory(.setAccountState(Account.ID(1), .suspended)),
                .directory(.revokeKey(AccessKey.ID(1), at: later)),
                .directory(.revokeKey(AccessKey.ID(1), at: later + .seconds(1))),
                .domain(.setProof(MailDomain.ID(1), .verified, at: later)),
            ])
            #expect(outcomes.map(\.serial) == [1, 1, 1, 1])
            try await bench.reopen()
            let image = try await bench.store.directory()
            #expect(image.accounts.map(\.state) == [.suspended])
            #expect(image.keys.map(\.key.revokedAt) == [later])
            #expect(image.domains.map(\.sending) == [.verified] && image.domains.map(\.verifiedAt) == [later])
        },
    ]
}

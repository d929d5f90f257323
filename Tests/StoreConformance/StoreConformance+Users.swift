import Base
import Model
import Ports
import TestKit
import Testing

/// Users of the relays, keys that are changed, and suppressions by the dozen.
extension StoreConformance {
    static let relayUsers = [
        StoreCheck("A key's label, scopes and networks are changed as named, and the time is noted") { bench in
            try await bench.makeDomain()
            _ = try await bench.directory(.createKey(Fixture.stored(Fixture.key())))
            let network = try #require(IPNetwork("192.0.2.0/24"))
            let id = AccessKey.ID(1)
            let at = Fixture.start + .seconds(9)
            #expect(
                try await bench.directory(.changeKey(id, AccessKey.Edit(label: "new"), at: Fixture.start)).serial == 1)
            #expect(
                try await bench.directory(
                    .changeKey(id, AccessKey.Edit(scopes: ["a", "b:{x.net}"], networks: [network]), at: at)
                )
                .failure == nil)
            try await bench.reopen()
            var expected = Fixture.key()
            (expected.label, expected.scopes, expected.allowedNetworks) = ("new", ["a", "b:{x.net}"], [network])
            expected.changedAt = at
            #expect(try await bench.store.directory().keys.map(\.key) == [expected])
            _ = try await bench.directory(.changeKey(id, AccessKey.Edit(networks: []), at: at))
            #expect(try await bench.store.directory().keys.map(\.key.allowedNetworks) == [[]])
            _ = try await bench.directory(.revokeKey(id, at: at))
            #expect(
                try await bench.directory(.changeKey(id, AccessKey.Edit(label: "late"), at: at)).failure
                    == .notFound(.key))
        },
        StoreCheck("No two users of one personality have a name in common, but after one is revoked") { bench in
            try await bench.makeDomain()
            var key = Fixture.key(kind: .smtp)
            key.user = "ann"
            _ = try await bench.directory(.createKey(Fixture.stored(key)))
            #expect(try await bench.store.directory().keys.map(\.key.user) == ["ann"])
            var second = Fixture.key(2, kind: .smtp)
            second.user = "ann"
            #expect(
                try await bench.directory(.createKey(Fixture.stored(second))).failure
                    == .alreadyExists(.smtpCredential, field: "user"))
            var elsewhere = second
            elsewhere.personality = Fixture.otherPersonality
            #expect(try await bench.directory(.createKey(Fixture.stored(elsewhere))).failure == nil)
            _ = try await bench.directory(.revokeKey(AccessKey.ID(1), at: Fixture.start))
            let third = StoredKey(key: second, digest: Fixture.stored(Fixture.key(3)).digest)
            #expect(try await bench.directory(.createKey(third)).failure == nil)
        },
        StoreCheck("A domain takes the scopes along that name it, and those of its own account alone") { bench in
            try await bench.makeDomain()
            _ = try await bench.directory(.createAccount(name: "b", parent: nil, at: Fixture.start))
            let scopes = ["send:{example.com}", "send:{example.net}", "read:all"]
            _ = try await bench.directory(.createKey(Fixture.stored(Fixture.key(scopes: scopes))))
            _ = try await bench.directory(.createKey(Fixture.stored(Fixture.key(2, account: 2, scopes: scopes))))
            _ = try await bench.domain(.remove(MailDomain.ID(1)))
            try await bench.reopen()
            let left = try await bench.store.directory().keys.map(\.key.scopes)
            #expect(left == [["send:{example.net}", "read:all"], scopes])
        },
        StoreCheck("A domain keeps the selectors of its owner's choice") { bench in
            _ = try await bench.directory(.createAccount(name: "a", parent: nil, at: Fixture.start))
            var domain = Fixture.domain()
            domain.options.selectors = [Fixture.personality: "mine", Fixture.otherPersonality: "s2"]
            _ = try await bench.domain(.create(domain))
            try await bench.reopen()
            #expect(try await bench.store.directory().domains.map(\.options) == [domain.options])
            _ = try await bench.domain(.edit(MailDomain.ID(1), options: DomainOptions(), facets: [:]))
            #expect(try await bench.store.directory().domains.map(\.options) == [DomainOptions()])
        },
        StoreCheck("An endpoint that is bound hears of its domains alone, and of nothing without any") { bench in
            try await bench.makeDomain()
            var made = Fixture.webhook(domains: [1])
            (made.isBound, made.label) = (true, "mine")
            let outcome = try await bench.commit(.webhook(.create(made, atMost: 10)))
            let id = WebhookEndpoint.ID(try #require(outcome.serial))
            for (domains, heard) in [([1], 1), ([2], 1), ([], 1)] as [([Int64], Int)] {
                let edit = WebhookEdit(domains: domains.map { MailDomain.ID($0) })
                _ = try await bench.commit(.webhook(.edit(id, edit, at: Fixture.start)))
                try await bench.accept()
                #expect(try await bench.store.webhook(id)?.health.deliveries == heard, "\(domains)")
            }
            let freed = WebhookEdit(isBound: false, label: "all", isEnabled: true)
            _ = try await bench.commit(.webhook(.edit(id, freed, at: Fixture.start + .seconds(3))))
            try await bench.accept()
            let endpoint = try #require(try await bench.store.webhook(id))
            #expect(endpoint.health.deliveries == 2 && endpoint.label == "all" && !endpoint.isBound)
            #expect(endpoint.changedAt == Fixture.start + .seconds(3))
        },
    ]

    static let manySuppressions = [
        StoreCheck("A suppression that is to be new is refused where one is in effect, and several are made together") {
            bench in
            try await bench.makeDomain()
            let made = try await bench.suppressAll([
                Fixture.suppression("a@x.net", domain: 1), Fixture.suppression("a@x.net", domain: 2),
            ])
            #expect(made == nil)
            #expect(try await bench.suppressed().count == 2)
            let again = try await bench.suppressAll([
                Fixture.suppression("b@x.net", domain: 1), Fixture.suppression("A@x.net", domain: 2),
            ])
            #expect(again == .alreadyExists(.suppression, field: "email"))
            #expect(try await bench.suppressed().map(\.address.address) == ["a@x.net", "a@x.net"])
        },
        StoreCheck("One that had expired gives way to a new one") { bench in
            try await bench.makeDomain()
            let early = Fixture.start - .seconds(100)
            _ = try await bench.suppression(
                .add(Fixture.suppression("a@x.net", domain: 1, at: early, expiresAt: early + .seconds(1))))
            #expect(try await bench.suppressAll([Fixture.suppression("a@x.net", domain: 1)]) == nil)
            #expect(try await bench.suppressed().map(\.createdAt) == [Fixture.start])
        },
        StoreCheck("A sweep takes what it names, and leaves the reasons that it is to keep") { bench in
            try await bench.makeDomain()
            var complaint = Fixture.suppression("b@x.net", domain: 1)
            complaint.reason = .complaint
            let made = try await bench.suppressAll([
                Fixture.suppression("a@x.net", domain: 1), Fixture.suppression("a@x.net", domain: 2), complaint,
                Fixture.suppression("c@x.net"),
            ])
            #expect(made == nil)
            let (one, two) = (MailDomain.ID(1), MailDomain.ID(2))
            let foreign = SuppressionSweep(
                Tenant(account: Account.ID(1), origin: Fixture.otherPersonality), domain: one)
            #expect(try await bench.sweep(foreign) == 0)
            let ann = Fixture.address("A@x.net")
            #expect(try await bench.sweep(SuppressionSweep(Fixture.owner, address: ann, domain: two)) == 1)
            #expect(
                try await bench.sweep(SuppressionSweep(Fixture.owner, domain: one, keeping: [.complaint]))
                    == 1)
            #expect(try await bench.sweep(SuppressionSweep(Fixture.owner, keeping: [.complaint])) == 1)
            #expect(try await bench.suppressed().map(\.address.address) == ["b@x.net"])
        },
    ]
}

extension StoreBench {
    /// Account 1 with `example.com` and `example.net`.
    fileprivate func makeDomain() async throws {
        _ = try await directory(.createAccount(name: "a", parent: nil, at: Fixture.start))
        for name in ["example.com", "example.net"] {
            _ = try await domain(.create(Fixture.domain(name: name)))
        }
    }

    fileprivate func directory(_ change: DirectoryChange) async throws -> ChangeOutcome {
        try await commit(.directory(change))
    }

    fileprivate func domain(_ change: DomainChange) async throws -> ChangeOutcome { try await commit(.domain(change)) }

    fileprivate func suppression(_ change: SuppressionChange) async throws -> ChangeOutcome {
        try await commit(.suppression(change))
    }

    /// Each as a new one, all or none; what refused them.
    fileprivate func suppressAll(_ all: [Suppression]) async throws -> KernelFailure? {
        try await commit(.all(all.map { .suppression(.add($0, isNew: true)) })).failure
    }

    fileprivate func sweep(_ order: SuppressionSweep) async throws -> Int64? {
        try await suppression(.sweep(order)).serial
    }

    fileprivate func suppressed() async throws -> [Suppression] {
        try await store.suppressions(
            SuppressionQuery(account: Account.ID(1), origin: nil, now: Fixture.start, slice: .all)
        ).items
    }
}

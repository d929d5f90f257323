import Base
import Model
import Ports
import TestKit
import Testing

extension StoreConformance {
    static let domains = [
        StoreCheck("A domain reads back with its options, its keys, its facets and what was seen of its records") {
            bench in
            var domain = try await made(on: bench) { domain in
                domain.options = DomainOptions(
                    returnPath: "b.example.com", trackingHost: "t.example.com", receives: true,
                    reportAddress: "ops@example.com")
                domain.facets = [Fixture.personality: Array(#"{"a":1}"#.utf8)]
            }
            domain = domain.applying(Self.check(.verified))
            _ = try await bench.commit(.domain(.recordCheck(domain.id, Self.check(.verified))))
            #expect(try await bench.store.directory().domains == [domain])
            try await bench.reopen()
            #expect(try await bench.store.directory().domains == [domain])
        },
        StoreCheck("Each check replaces what the one before saw") { bench in
            let domain = try await made(on: bench)
            _ = try await bench.commit(.domain(.recordCheck(domain.id, Self.check(.verified))))
            let empty = DomainCheck(at: Fixture.start + .seconds(9), records: [], proofs: [.send: .failed])
            _ = try await bench.commit(.domain(.recordCheck(domain.id, empty)))
            let found = try #require(try await bench.store.directory().domains.first)
            #expect(found.checks == [])
            #expect(found.sending == .failed)
            #expect(found.checkedAt == empty.at)
        },
        StoreCheck("A proof that the operator pinned is not undone by a check") { bench in
            let domain = try await made(on: bench)
            _ = try await bench.commit(.domain(.setProof(domain.id, .pinned, at: Fixture.start)))
            _ = try await bench.commit(.domain(.recordCheck(domain.id, Self.check(.failed))))
            let found = try #require(try await bench.store.directory().domains.first)
            #expect(found.sending == .pinned)
            #expect(found.verifiedAt == Fixture.start)
            #expect(found.checks.count == 4)
        },
        StoreCheck("A change replaces the options and the facets that it names") { bench in
            let domain = try await made(on: bench) {
                $0.facets = [Fixture.personality: [1], Fixture.otherPersonality: [2]]
            }
            let options = DomainOptions(trackingHost: "t.example.com", reportAddress: "ops@example.com")
            _ = try await bench.commit(
                .domain(.edit(domain.id, options: options, facets: [Fixture.personality: [3]])))
            let found = try #require(try await bench.store.directory().domains.first)
            #expect(found.options == options)
            #expect(found.facets == [Fixture.personality: [3], Fixture.otherPersonality: [2]])
        },
        StoreCheck("An account has no more domains than it may, however many ask at once; others have their own") {
            bench in
            _ = try await bench.commit(.directory(.createAccount(name: "a", parent: nil, at: Fixture.start)))
            _ = try await bench.commit(.directory(.createAccount(name: "b", parent: nil, at: Fixture.start)))
            func create(_ name: String, _ account: Int64, atMost: Int) async throws -> ChangeOutcome {
                try await bench.commit(
                    .domain(.create(Fixture.domain(0, account: account, name: name), atMost: atMost)))
            }
            async let first = create("a.example", 1, atMost: 2)
            async let second = create("b.example", 1, atMost: 2)
            async let third = create("c.example", 1, atMost: 2)
            let outcomes = [try await first, try await second, try await third]
            #expect(outcomes.count { $0.serial != nil } == 2)
            let refusals = outcomes.compactMap { if case .refused(let failure) = $0 { failure } else { nil } }
            #expect(refusals == [.planLimitReached(.domain, current: 2, maximum: 2, plan: "")])
            #expect(try await create("a.example", 2, atMost: 1).serial != nil)
            // One that it has is there already, full or not.
            let known = try #require(try await bench.store.directory().domains.first { $0.account.value == 1 })
            guard case .refused(.alreadyExists(.domain, field: "name")) = try await create(known.name, 1, atMost: 2)
            else {
                Issue.record("it is not told that it is there")
                return
            }
            _ = try await bench.commit(.domain(.remove(known.id)))
            #expect(try await create("d.example", 1, atMost: 2).serial != nil)
        },
        StoreCheck("A removed domain is gone, its name is free, and its number is not given again") { bench in
            let domain = try await made(on: bench) { $0.facets = [Fixture.personality: [1]] }
            _ = try await bench.commit(.domain(.recordCheck(domain.id, Self.check(.verified))))
            #expect(try await bench.commit(.domain(.remove(domain.id))).serial == domain.id.value)
            #expect(try await bench.store.directory().domains == [])
            let next = try #require(try await bench.commit(.domain(.create(Fixture.domain(0)))).serial)
            #expect(next > domain.id.value)
            #expect(try await bench.store.directory().domains.first?.checks == [])
        },
        StoreCheck("With a domain go the suppressions for it alone") { bench in
            let domain = try await made(on: bench)
            try await bench.suppress("a@x.net", domain: domain.id.value)
            try await bench.suppress("b@x.net")
            #expect(try await bench.commit(.domain(.remove(domain.id))).serial == domain.id.value)
            #expect(try await bench.suppressed().map(\.address.address) == ["b@x.net"])
        },
        StoreCheck("Keys are replaced with what is known of their rotation, and stay so") { bench in
            var domain = try await made(on: bench)
            var rotation = KeyRotation(startedAt: Fixture.start)
            for publishedAt in [nil, Fixture.start + .seconds(9)] {
                let from = domain.rotation
                rotation.publishedAt = publishedAt
                domain.rotation = rotation
                domain.signingKeys = Self.twoKeys
                let change = Change.domain(.changeKeys(domain.id, to: Self.twoKeys, rotation: rotation, from: from))
                #expect(try await bench.commit(change).serial == domain.id.value)
                #expect(try await bench.store.directory().domains == [domain])
            }
            try await bench.reopen()
            #expect(try await bench.store.directory().domains == [domain])
        },
        StoreCheck("Of two changes of keys that begin at one state the second is refused") { bench in
            let domain = try await made(on: bench)
            let rotation = KeyRotation(startedAt: Fixture.start, publishedAt: Fixture.start, activatedAt: Fixture.start)
            let change = Change.domain(.changeKeys(domain.id, to: Self.twoKeys, rotation: rotation, from: nil))
            #expect(try await bench.commit(change).serial == domain.id.value)
            let other = Change.domain(.changeKeys(domain.id, to: [], rotation: nil, from: nil))
            #expect(try await bench.commit(other).failure == .wrongState(.domain, state: .underWay, operation: .rotate))
            let found = try #require(try await bench.store.directory().domains.first)
            #expect(found.signingKeys == Self.twoKeys && found.rotation == rotation)
        },
        StoreCheck("What is asked of a domain that is not there is refused") { bench in
            let id = MailDomain.ID(9)
            let changes: [Change] = [
                .domain(.recordCheck(id, Self.check(.verified))), .domain(.remove(id)),
                .domain(.edit(id, options: DomainOptions(), facets: [:])),
                .domain(.changeKeys(id, to: [], rotation: nil, from: nil)),
            ]
            for change in changes {
                let outcome = try await bench.commit(change)
                #expect(outcome.failure == .notFound(.domain))
            }
        },
    ]

    private static let twoKeys = [
        SigningKey(algorithm: .rsa, publicKey: [1, 2], sealedPrivateKey: [3]),
        SigningKey(algorithm: .rsa, slot: .second, use: .staged, publicKey: [4], sealedPrivateKey: [5]),
    ]

    private static func made(
        on bench: StoreBench, _ change: (inout MailDomain) -> Void = { _ in }
    ) async throws -> MailDomain {
        _ = try await bench.commit(.directory(.createAccount(name: "acme", parent: nil, at: Fixture.start)))
        var domain = Fixture.domain(
            0, sending: .pending,
            keys: [SigningKey(algorithm: .rsa, publicKey: [1, 2], sealedPrivateKey: [3])])
        change(&domain)
        domain.id = MailDomain.ID(try #require(try await bench.commit(.domain(.create(domain))).serial))
        return domain
    }

    private static func check(_ sending: MailDomain.Proof) -> DomainCheck {
        DomainCheck(
            at: Fixture.start + .seconds(5),
            records: [
                RecordCheck(purpose: .spf, name: "example.com", verdict: .ok, isReadable: true),
                RecordCheck(
                    purpose: .dkim, name: "s._domainkey.example.com", verdict: .different(["a", "b\n"]),
                    isReadable: true),
                RecordCheck(purpose: .dmarc, name: "_dmarc.example.com", verdict: .missing, isReadable: false),
                RecordCheck(purpose: .mx, name: "example.com", verdict: nil, isReadable: false),
            ],
            proofs: [.send: sending, .receive: .pending])
    }
}

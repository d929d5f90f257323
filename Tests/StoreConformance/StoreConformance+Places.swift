import Base
import Model
import Ports
import TestKit
import Testing

/// Lists that are read from a place, in both directions, while they change.
extension StoreConformance {
    static let places = [
        StoreCheck("Parts are listed the latest first, and pages of any size join without gap or overlap") { bench in
            let all = try await bench.acceptParts()
            for limit in [1, 2, 3, 7, 50] {
                var (seen, start) = ([DeliveryID](), Slice<Recipient>.Start.first)
                while true {
                    let page = try await bench.parts(start, limit: limit)
                    #expect(page.hasPrevious == !seen.isEmpty)
                    seen += page.items.map(\.id)
                    guard page.hasMore, let last = page.items.last else { break }
                    start = .after(last.id.place)
                }
                #expect(seen == all, "\(limit)")
                var back: [DeliveryID] = []
                start = .before(all[all.count - 1].place)
                while true {
                    let page = try await bench.parts(start, limit: limit)
                    #expect(page.hasMore)
                    back = page.items.map(\.id) + back
                    guard page.hasPrevious, let first = page.items.first else { break }
                    start = .before(first.id.place)
                }
                #expect(back == Array(all.dropLast()), "\(limit)")
            }
        },
        StoreCheck("What comes in meanwhile moves no page") { bench in
            let all = try await bench.acceptParts()
            let first = try await bench.parts(.first, limit: 4)
            let place = try #require(first.items.last?.id.place)
            try await bench.acceptParts()
            #expect(try await bench.parts(.after(place), limit: 100).items.map(\.id) == Array(all.dropFirst(4)))
            let newer = try await bench.parts(.before(all[0].place), limit: 1)
            #expect(newer.hasPrevious && newer.hasMore && newer.items[0].id > all[0])
        },
        StoreCheck("Nothing lies beyond the ends") { bench in
            let all = try await bench.acceptParts()
            let (ahead, behind) = (
                try await bench.parts(.before(all[0].place), limit: 5),
                try await bench.parts(.after(all[all.count - 1].place), limit: 5)
            )
            #expect(ahead.items.isEmpty && !ahead.hasPrevious)
            #expect(behind.items.isEmpty && !behind.hasMore)
        },
        StoreCheck("Every condition narrows the parts, each for itself") { bench in
            var first = Fixture.submission(to: ["a@x.net", "b@x.net"], subject: "Receipt 7", tags: ["one", "two"])
            (first.division, first.messageID) = (.perRecipient, "<m@x>")
            let id = try await bench.accept(Fixture.message(first))
            var second = Fixture.submission(from: "x@example.net", to: ["B@x.net"], subject: "other", tags: ["three"])
            second.sandbox = .bounced
            let test = try await bench.accept(Fixture.message(second, at: Fixture.start + .seconds(60)))
            try await bench.settle(Fixture.settlement(id.value, recipient: 1, .finished([.softBounced])))
            try await bench.settle(Fixture.settlement(test.value, .finished([.bounced])))
            let (a, b, c) = (
                DeliveryID(message: id, recipient: 0), DeliveryID(message: id, recipient: 1),
                DeliveryID(message: test, recipient: 0)
            )
            for (name, expected, narrow) in [
                ("all", [c, b, a], { _ in }), ("recipient", [c, b], { $0.recipient = "b@X.net" }),
                ("sender", [c], { $0.sender = "X@example.net" }),
                ("domains", [b, a], { $0.senderDomains = ["example.com"] }),
                ("subject", [b, a], { $0.subjectContains = "RECEIPT" }),
                ("tags", [c, b, a], { $0.tags = ["two", "three"] }), ("no tag", [], { $0.tags = ["four"] }),
                ("message id", [b, a], { $0.messageID = "<m@x>" }),
                ("from", [c], { $0.from = Fixture.start + .seconds(60) }),
                ("until", [b, a], { $0.until = Fixture.start }),
                ("queued", [a], { $0.standings = [.init([.queued])] }),
                ("gave up", [b], { $0.standings = [.init([.bounced], gaveUp: true)] }),
                ("bounced", [c], { $0.standings = [.init([.bounced], gaveUp: false)] }),
                ("no test", [b], { $0.standings = [.init([.bounced], isTest: false)] }),
                ("either", [c, a], { $0.standings = [.init([.queued]), .init([.bounced], isTest: true)] }),
            ] as [(String, [DeliveryID], (inout DeliveryFilter) -> Void)] {
                var filter = DeliveryFilter()
                narrow(&filter)
                #expect(try await bench.parts(.first, limit: 10, filter).items.map(\.id) == expected, "\(name)")
            }
        },
        StoreCheck("Parts are an owner's, and come with their events and without content") { bench in
            let id = try await bench.accept(Fixture.message(Fixture.submission(html: "h")))
            try await bench.accept(Fixture.message(account: 2))
            try await bench.accept(Fixture.message(origin: Fixture.otherPersonality))
            let page = try await bench.parts(.first, limit: 10)
            #expect(page.items.map(\.message.id) == [id])
            #expect(page.items[0].message.events.map(\.kind) == [.accepted])
            #expect(page.items[0].message.submission.html == nil)
        },
        StoreCheck("Suppressions are read by place in both directions, and narrowed") { bench in
            try await bench.makeTwoDomains()
            var ids: [Suppression.ID] = []
            for (place, address) in ["a@x.net", "b@x.net", "c@x.net", "A@x.net"].enumerated() {
                let domain: Int64? = place == 2 ? nil : place == 3 ? 2 : 1
                let at = Fixture.start + .seconds(place)
                let outcome = try await bench.commit(
                    .suppression(.add(Fixture.suppression(address, domain: domain, at: at))))
                ids.insert(Suppression.ID(try #require(outcome.serial)), at: 0)
            }
            let first = try await bench.suppressed(.first, limit: 3)
            #expect(first.items.map(\.id) == Array(ids.prefix(3)) && first.hasMore && !first.hasPrevious)
            let last = try await bench.suppressed(.after(ids[2]), limit: 3)
            #expect(last.items.map(\.id) == [ids[3]] && !last.hasMore && last.hasPrevious)
            let back = try await bench.suppressed(.before(ids[3]), limit: 2)
            #expect(back.items.map(\.id) == [ids[1], ids[2]] && back.hasMore && back.hasPrevious)
            let (at, end) = (Fixture.start + .seconds(1), Fixture.start + .seconds(2))
            for (filter, expected) in [
                (SuppressionFilter(domain: MailDomain.ID(2)), [ids[0]]),
                (SuppressionFilter(address: Fixture.address("a@x.net")), [ids[0], ids[3]]),
                (SuppressionFilter(from: at, until: end), [ids[1], ids[2]]),
                (SuppressionFilter(domain: MailDomain.ID(1), from: at, until: end), [ids[2]]),
            ] {
                #expect(try await bench.suppressed(.first, filter).items.map(\.id) == expected)
            }
            let all = try await bench.suppressed(.offset(1), limit: 1, SuppressionFilter(from: at))
            #expect(all.items.map(\.id) == [ids[1]] && all.total == 3)
            let others = try await bench.suppressed(.first, by: Fixture.otherPersonality)
            #expect(others.items.map(\.id) == [ids[1]])
        },
    ]
}

extension StoreBench {
    /// Five messages, of three parts and of one by turns; all parts of the owner, the latest first.
    @discardableResult
    fileprivate func acceptParts() async throws -> [DeliveryID] {
        for count in [1, 3, 1, 3, 1] {
            var submission = Fixture.submission(to: (0..<count).map { "r\($0)@x.net" })
            submission.division = .perRecipient
            try await accept(Fixture.message(submission))
        }
        return try await parts(.first, limit: 1000).items.map(\.id)
    }

    fileprivate func parts(
        _ start: Slice<Recipient>.Start, limit: Int, _ filter: DeliveryFilter = DeliveryFilter()
    ) async throws -> Page<DeliveryPart> {
        try await store.deliveries(
            DeliveryQuery(tenant: Fixture.owner, filter: filter, slice: Slice(start, limit: limit)))
    }

    fileprivate func suppressed(
        _ start: Slice<Suppression>.Start, limit: Int = 100, _ filter: SuppressionFilter = SuppressionFilter(),
        by origin: PersonalityID = Fixture.owner.origin
    ) async throws -> Page<Suppression> {
        try await store.suppressions(
            SuppressionQuery(
                account: Fixture.owner.account, origin: origin, now: Fixture.start, filter: filter,
                slice: Slice(start, limit: limit)))
    }

    fileprivate func makeTwoDomains() async throws {
        _ = try await commit(.directory(.createAccount(name: "a", parent: nil, at: Fixture.start)))
        for name in ["example.com", "example.net"] {
            _ = try await commit(.domain(.create(Fixture.domain(name: name))))
        }
    }
}

import Base
import Model
import Ports
import TestKit
import Testing

/// Walks through lists while rows come and go: a place is good in both directions, whatever has become of its row.
extension StoreConformance {
    static let slices = [
        StoreCheck("A walk to the end meets every message once, whatever is accepted meanwhile") { bench in
            for _ in 0..<7 { try await bench.accept() }
            var seen: [Int] = []
            var start = Slice<Message>.Start.first
            while true {
                let page = try await bench.messages(Slice(start, limit: 2))
                seen += bench.places(page.items)
                #expect(page.total == nil && page.hasPrevious == (start != .first))
                guard page.hasMore, let last = page.items.last else { break }
                start = .after(last.id)
                try await bench.accept()
            }
            #expect(seen == [7, 6, 5, 4, 3, 2, 1])
        },
        StoreCheck("A walk back meets what came since, in the list's order, and ends at the latest") { bench in
            for _ in 0..<5 { try await bench.accept() }
            let from = try #require(try await bench.messages(Slice(limit: 3)).items.last?.id)
            let sixth = try await bench.accept()
            let seventh = try await bench.accept()
            let page = try await bench.messages(Slice(.before(from), limit: 3))
            #expect(bench.places(page.items) == [6, 5, 4])
            #expect(page.hasMore && page.hasPrevious)
            let start = try await bench.messages(Slice(.before(sixth), limit: 3))
            #expect(bench.places(start.items) == [7])
            #expect(start.hasMore && !start.hasPrevious)
            let beyond = try await bench.messages(Slice(.before(seventh), limit: 3))
            #expect(beyond.items.isEmpty && beyond.hasMore && !beyond.hasPrevious)
        },
        StoreCheck("Both ways between any two places, filtered or not, a page is what lies there") { bench in
            var ids: [Int64] = []
            for index in 0..<12 {
                let message = Fixture.message(Fixture.submission(tags: index % 3 == 0 ? ["red"] : []))
                ids.append(try await bench.accept(message).value)
            }
            for tag in [nil, "red"] as [String?] {
                let all = ids.indices.filter { tag == nil || $0 % 3 == 0 }.map { ids[$0] }.reversed() as [Int64]
                for place in [0] + ids + [ids[11] + 1] {
                    for limit in [1, 2, 5, 20] {
                        let after = try await bench.messages(Slice(.after(Message.ID(place)), limit: limit), tag: tag)
                        let behind = all.filter { $0 < place }
                        #expect(after.items.map(\.id.value) == Array(behind.prefix(limit)))
                        #expect(after.hasMore == (behind.count > limit))
                        #expect(after.hasPrevious == (behind.count < all.count))
                        let before = try await bench.messages(Slice(.before(Message.ID(place)), limit: limit), tag: tag)
                        let ahead = all.filter { $0 > place }
                        #expect(before.items.map(\.id.value) == Array(ahead.suffix(limit)))
                        #expect(before.hasPrevious == (ahead.count > limit))
                        #expect(before.hasMore == (ahead.count < all.count))
                    }
                }
            }
        },
        StoreCheck("A place whose row is gone is a place still") { bench in
            _ = try await bench.commit(.directory(.createAccount(name: "a", parent: nil, at: Fixture.start)))
            for name in ["a@x.net", "b@x.net", "c@x.net", "d@x.net"] {
                _ = try await bench.commit(.suppression(.add(Fixture.suppression(name))))
            }
            let third = try #require(try await bench.suppressions(Slice(limit: 2)).items.last)
            #expect(third.address.address == "c@x.net")
            _ = try await bench.commit(.suppression(.remove(Account.ID(1), third.address, domain: nil)))
            let after = try await bench.suppressions(Slice(.after(third.id), limit: 9))
            #expect(after.items.map(\.address.address) == ["b@x.net", "a@x.net"])
            #expect(after.hasPrevious && !after.hasMore)
            let before = try await bench.suppressions(Slice(.before(third.id), limit: 9))
            #expect(before.items.map(\.address.address) == ["d@x.net"])
            #expect(before.hasMore && !before.hasPrevious)
        },
        StoreCheck("Relays are walked both ways, in each state") { bench in
            for _ in 0..<5 { try await bench.accept(Fixture.relay()) }
            _ = try await bench.commit(.relay(.cancel(Relay.ID(2), at: Fixture.start)))
            _ = try await bench.commit(.relay(.cancel(Relay.ID(4), at: Fixture.start)))
            for (state, numbers) in [(nil, [5, 4, 3, 2, 1]), (.queued, [5, 3, 1]), (.cancelled, [4, 2])]
                as [(Relay.State?, [Int64])]
            {
                let start = try await bench.relays(state, Slice(limit: 1))
                #expect(start.items.map(\.id.value) == [numbers[0]] && start.hasMore && !start.hasPrevious)
                let rest = try await bench.relays(state, Slice(.after(Relay.ID(numbers[0])), limit: 9))
                #expect(rest.items.map(\.id.value) == Array(numbers.dropFirst()))
                #expect(!rest.hasMore && rest.hasPrevious)
                let back = try await bench.relays(state, Slice(.before(Relay.ID(1)), limit: 2))
                #expect(back.items.map(\.id.value) == Array(numbers.filter { $0 > 1 }.suffix(2)))
            }
        },
    ]
}

extension StoreBench {
    fileprivate func messages(_ slice: Slice<Message>, tag: String? = nil) async throws -> Page<Message> {
        var filter = MessageFilter()
        filter.tag = tag
        return try await store.messages(MessageQuery(tenant: Fixture.owner, filter: filter, slice: slice))
    }

    fileprivate func suppressions(_ slice: Slice<Suppression>) async throws -> Page<Suppression> {
        try await store.suppressions(
            SuppressionQuery(account: Account.ID(1), origin: nil, now: Fixture.start, slice: slice))
    }

    fileprivate func relays(_ state: Relay.State?, _ slice: Slice<Relay>) async throws -> Page<Relay> {
        try await store.relays(RelayQuery(tenant: Fixture.owner, state: state, slice: slice))
    }
}

import Base
import Kernel
import Model
import Ports
import TestKit
import Testing

extension StoreConformance {
    static let lists = [
        StoreCheck("A large content tells its size, a small one and one that is not there tell none") { bench in
            var ids: [Message.ID] = []
            for size in [10, 300_000] {
                let text = String(repeating: "x", count: size)
                ids.append(try await bench.accept(Fixture.message(Fixture.submission(text: text))))
            }
            let bytes = try await bench.store.contentBytes(of: ids[1])
            #expect(bytes.map { (300_000...310_000).contains($0) } == true)
            #expect(try await bench.store.contentBytes(of: ids[0]) == nil)
            #expect(try await bench.store.contentBytes(of: Message.ID(ids[1].value + 1000)) == nil)
        },
        StoreCheck("A list is the owner's own, latest first") { bench in
            for account: Int64 in [1, 2, 1, 2, 1] { try await bench.accept(Fixture.message(account: account)) }
            try await bench.accept(Fixture.message(origin: Fixture.otherPersonality))
            let page = try await bench.list()
            #expect(bench.places(page.items) == [5, 3, 1])
            #expect(page.total == 3)
            #expect(page.items.allSatisfy { $0.submission == Fixture.submission(text: nil) })
            let other = Tenant(account: Account.ID(1), origin: Fixture.otherPersonality)
            #expect(bench.places(try await bench.list(other).items) == [6])
            let nobody = Tenant(account: Account.ID(9), origin: Fixture.personality)
            #expect(try await bench.list(nobody).total == 0)
        },
        StoreCheck("The operator's list is everybody's") { bench in
            for account: Int64 in 1...3 { try await bench.accept(Fixture.message(account: account)) }
            try await bench.accept(Fixture.message(origin: Fixture.otherPersonality))
            let page = try await bench.list(nil)
            #expect(bench.places(page.items) == [4, 3, 2, 1])
            #expect(page.items.map(\.origin).first == Fixture.otherPersonality)
            #expect(page.total == 4)
        },
        StoreCheck("Pages follow each other without gap or overlap, each with the whole count") { bench in
            for _ in 0..<7 { try await bench.accept() }
            for filtered in [false, true] {
                var seen: [Int] = []
                for offset in stride(from: 0, to: 9, by: 3) {
                    let page = try await bench.list(offset: offset, limit: 3) { filter in
                        if filtered { filter.subjectContains = "hi" }
                    }
                    #expect(page.total == 7)
                    seen += bench.places(page.items)
                }
                #expect(seen == [7, 6, 5, 4, 3, 2, 1])
                #expect(try await bench.list(offset: 7, limit: 3).items.isEmpty)
            }
        },
        StoreCheck("Counts are right after replays, refusals, cancels and a new start") { bench in
            let record = Fixture.idempotency("k")
            let id = try await bench.accept(Fixture.message(idempotency: record))
            _ = await bench.store.commit([
                .accept(Fixture.message(idempotency: record)), .accept(Fixture.message()),
                .accept(Fixture.message(idempotency: Fixture.idempotency("k", "other"))),
                .cancel(id, at: Fixture.start),
            ])
            #expect(try await bench.list().total == 2)
            try await bench.reopen()
            #expect(try await bench.list().total == 2)
            try await bench.accept()
            #expect(try await bench.list().total == 3)
        },
        StoreCheck("A filter of states compares what the recipients' states come to") { bench in
            let delivered = try await bench.accept()
            let bounced = try await bench.accept(Fixture.message(Fixture.submission(to: ["a@x", "b@x"])))
            let waiting = try await bench.accept()
            let cancelled = try await bench.accept()
            try await bench.settle(
                Fixture.settlement(delivered.value), Fixture.settlement(bounced.value, recipient: 0),
                Fixture.settlement(bounced.value, recipient: 1, .finished([.bounced])))
            _ = try await bench.commit(.cancel(cancelled, at: Fixture.start))
            for (state, id) in [
                (Recipient.State.delivered, delivered), (.bounced, bounced), (.queued, waiting),
                (.cancelled, cancelled),
            ] {
                #expect(try await bench.list { $0.states = [state] }.items.map(\.id) == [id], "\(state)")
            }
            #expect(
                try await bench.list { $0.states = [.queued, .delivered] }.items.map(\.id) == [waiting, delivered])
            #expect(try await bench.list { $0.states = [] }.total == 0)
        },
        StoreCheck("A filter of times takes the first instant in and leaves the last one out") { bench in
            for second in 0..<4 { try await bench.accept(Fixture.message(at: Fixture.start + .seconds(second))) }
            let page = try await bench.list {
                $0.from = Fixture.start + .seconds(1)
                $0.until = Fixture.start + .seconds(3)
            }
            #expect(bench.places(page.items) == [3, 2])
            #expect(page.total == 2)
        },
        StoreCheck("A filter of domain or tag matches exactly") { bench in
            try await bench.accept(Fixture.message(Fixture.submission(tags: ["red", "blue"]), domain: 1))
            try await bench.accept(Fixture.message(Fixture.submission(tags: ["redder"]), domain: 2))
            #expect(bench.places(try await bench.list { $0.domain = MailDomain.ID(2) }.items) == [2])
            #expect(bench.places(try await bench.list { $0.tag = "red" }.items) == [1])
            #expect(try await bench.list { $0.tag = "Red" }.total == 0)
        },
        StoreCheck("A tally counts each message once, by what is left to be done about it, for its tenant alone") {
            bench in
            let later = Fixture.start + .seconds(60)
            try await bench.accept(Fixture.message(Fixture.submission(to: ["a@x.net", "b@x.net"])))
            try await bench.accept(Fixture.message(Fixture.submission(scheduledAt: later)))
            let tried = try await bench.accept()
            try await bench.settle(Fixture.settlement(tried.value, .again(due: Fixture.start)))
            let done = try await bench.accept()
            try await bench.settle(Fixture.settlement(done.value))
            let lost = try await bench.accept(Fixture.message(Fixture.submission(to: ["a@x.net", "b@x.net"])))
            try await bench.settle(
                Fixture.settlement(lost.value, recipient: 0, .finished([.bounced])),
                Fixture.settlement(lost.value, recipient: 1, .finished([.bounced])))
            try await bench.accept(Fixture.message(account: 2))
            try await bench.accept(Fixture.message(origin: Fixture.otherPersonality))
            #expect(
                try await bench.store.tally(of: Fixture.owner, at: Fixture.start)
                    == MessageTally(total: 5, waiting: 1, delayed: 2, failed: 1))
            #expect(try await bench.store.tally(of: Fixture.owner, at: later).waiting == 2)
        },
        StoreCheck("A filter of scheduled messages finds those that were given a time, also once they were sent") {
            bench in
            try await bench.accept()
            let sent = try await bench.accept(
                Fixture.message(Fixture.submission(scheduledAt: Fixture.start + .seconds(9))))
            try await bench.settle(Fixture.settlement(sent.value))
            let waiting = try await bench.accept(
                Fixture.message(Fixture.submission(scheduledAt: Fixture.start + .seconds(9))))
            #expect(try await bench.list { $0.isScheduled = true }.items.map(\.id) == [waiting, sent])
            let moved = Fixture.start + .seconds(20)
            _ = try await bench.commit(.reschedule(waiting, due: moved, at: Fixture.start))
            #expect(try await bench.list { $0.dueAfter = Fixture.start + .seconds(9) }.items.map(\.id) == [waiting])
            #expect(try await bench.list { $0.dueBy = Fixture.start + .seconds(9) }.items.map(\.id) == [sent])
            #expect(try await bench.list { $0.dueBy = moved }.total == 2)
        },
        StoreCheck("A filter of text looks into it without regard to case") { bench in
            try await bench.accept(
                Fixture.message(
                    Fixture.submission(
                        from: "Ops@Example.com", to: ["x@y.net"], bcc: ["Secret@y.net"], subject: "GRÜSSE an %_")))
            try await bench.accept(Fixture.message(Fixture.submission(from: "b@example.com", to: ["z@y.net"])))
            #expect(bench.places(try await bench.list { $0.fromContains = "oPS@" }.items) == [1])
            #expect(bench.places(try await bench.list { $0.toContains = "SECRET" }.items) == [1])
            #expect(try await bench.list { $0.toContains = "y.net" }.total == 2)
            #expect(bench.places(try await bench.list { $0.subjectContains = "grüsse" }.items) == [1])
            #expect(bench.places(try await bench.list { $0.subjectContains = "%" }.items) == [1])
            #expect(
                try await bench.list {
                    $0.subjectContains = "hi"
                    $0.toContains = "x@"
                }.total == 0)
        },
    ]

    static let events = [
        StoreCheck("Events follow in the order in which they happened, over all messages") { bench in
            let first = try await bench.accept()
            let second = try await bench.accept()
            try await bench.settle(Fixture.settlement(second.value), Fixture.settlement(first.value))
            let events = try await bench.store.events(after: MailEvent.ID(0), limit: 100)
            #expect(events.map(\.id) == Set(events.map(\.id)).sorted() && events.count == 6)
            #expect(events.map(\.message) == [first, second, second, second, first, first])
            #expect(events.map(\.kind) == [.accepted, .accepted, .transmitted, .delivered, .transmitted, .delivered])
        },
        StoreCheck("Messages, events and webhook deliveries share one count, and each has its account's cell") {
            bench in
            for parent in [nil, Account.ID(1), nil] {
                _ = try await bench.commit(
                    .directory(.createAccount(name: "a", parent: parent, at: Fixture.start)))
            }
            _ = try await bench.commit(.webhook(.create(Fixture.webhook(["mail.accepted"]), atMost: 1)))
            let messages = [
                try await bench.accept(Fixture.message(account: 1)),
                try await bench.accept(Fixture.message(account: 2)),
                try await bench.accept(Fixture.message(account: 3)),
            ]
            try await bench.settle(Fixture.settlement(messages[1].value))
            let events = try await bench.store.events(after: MailEvent.ID(0), limit: 9)
            let sent = try await bench.store.pendingWebhooks().map(\.id.value)
            #expect(events.count == 5 && sent.count == 1)
            let numbers = messages.map(\.value) + events.map(\.id.value) + sent
            #expect(Set(numbers.map { $0 >> CellNumber.cellBits }).count == numbers.count)
            let cells = [1, 1, 3].map { Cell(hashing: Account.ID($0)) }
            #expect(messages.map { CellNumber($0.value).cell } == cells && messages == messages.sorted())
            for event in events {
                #expect(event.id.value > event.message.value)
                #expect(CellNumber(event.id.value).cell == CellNumber(event.message.value).cell)
            }
            #expect(sent.map { CellNumber($0).cell } == [cells[0]])
        },
        StoreCheck("A follower goes on after the event that it saw last") { bench in
            var ids: [Message.ID] = []
            for _ in 0..<5 { ids.append(try await bench.accept()) }
            let first = try await bench.store.events(after: MailEvent.ID(0), limit: 2)
            let last = try #require(first.last)
            let rest = try await bench.store.events(after: last.id, limit: 100)
            #expect(first.map(\.message) + rest.map(\.message) == ids)
            let end = try #require(rest.last)
            #expect(try await bench.store.events(after: end.id, limit: 100) == [])
        },
        StoreCheck("A follower that takes one event at a time sees each once") { bench in
            var ids: [Int64] = []
            for _ in 0..<3 {
                ids.append(try await bench.accept(Fixture.message(Fixture.submission(to: ["a@x", "b@x"]))).value)
            }
            try await bench.settle(
                Fixture.settlement(ids[1], recipient: 1), Fixture.settlement(ids[0], .finished([.bounced])),
                Fixture.settlement(ids[2]))
            let all = try await bench.store.events(after: MailEvent.ID(0), limit: 100)
            #expect(all.count == 8)
            for step in 1...3 {
                var seen: [MailEvent] = []
                while true {
                    let next = try await bench.store.events(after: seen.last?.id ?? MailEvent.ID(0), limit: step)
                    #expect(next.count <= step)
                    seen += next
                    if next.isEmpty || seen.count > all.count { break }
                }
                #expect(seen == all)
            }
        },
        StoreCheck("A message's events are those of the log") { bench in
            let id = try await bench.accept(Fixture.message(Fixture.submission(to: ["a@x", "b@x"])))
            try await bench.accept()
            try await bench.settle(Fixture.settlement(id.value, recipient: 1, .again(due: Fixture.start)))
            try await bench.settle(Fixture.settlement(id.value, recipient: 1, .finished([.bounced]), attempts: 2))
            let log = try await bench.store.events(after: MailEvent.ID(0), limit: 100)
            #expect(try await bench.message(id).events == log.filter { $0.message == id })
        },
    ]
}

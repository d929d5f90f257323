import Base
import Model
import Ports
import TestKit
import Testing

extension StoreConformance {
    static let settlements = [
        StoreCheck("A finished delivery leaves the queue and its events tell how") { bench in
            let id = try await bench.accept()
            let settlement = Fixture.settlement(id.value, at: Fixture.start + .seconds(3))
            #expect(try await bench.settle(settlement) == [true])
            let message = try await bench.message(id)
            #expect(message.recipients.map(\.state) == [.delivered])
            #expect(message.recipients.map(\.attempts) == [1])
            #expect(message.transmittedAt == Fixture.start + .seconds(3))
            #expect(message.events.map(\.kind) == [.accepted, .transmitted, .delivered])
            #expect(message.events.map(\.recipient) == [nil, 0, 0])
            #expect(message.events.last?.attempt == settlement.result)
            #expect(try await bench.pending() == [])
        },
        StoreCheck("A deferred delivery stays, with its attempts and its next time") { bench in
            let id = try await bench.accept()
            let due = Fixture.start + .seconds(60)
            #expect(try await bench.settle(Fixture.settlement(id.value, .again(due: due), attempts: 1)) == [true])
            #expect(try await bench.pending() == [Fixture.delivery(message: id.value, due: due, attempts: 1)])
            #expect(try await bench.states(id) == [.deferred])
            #expect(try await bench.message(id).recipients.map(\.attempts) == [1])
            #expect(try await bench.kinds(id) == [.accepted, .deferred])
        },
        StoreCheck("A delivery is finished once, whoever says so again") { bench in
            let id = try await bench.accept()
            let settlement = Fixture.settlement(id.value)
            #expect(try await bench.settle(settlement, settlement) == [true, false])
            #expect(try await bench.settle(settlement) == [false])
            #expect(try await bench.settle(Fixture.settlement(id.value, .finished([.bounced]))) == [false])
            #expect(try await bench.settle(Fixture.settlement(id.value, .again(due: Fixture.start))) == [false])
            #expect(try await bench.kinds(id) == [.accepted, .transmitted, .delivered])
            #expect(try await bench.pending() == [])
        },
        StoreCheck("What is said of a delivery that never was does not apply") { bench in
            let id = try await bench.accept()
            #expect(
                try await bench.settle(Fixture.settlement(id.value, recipient: 1), Fixture.settlement(id.value + 1))
                    == [false, false])
            #expect(try await bench.states(id) == [.queued])
        },
        StoreCheck("Each recipient ends by itself") { bench in
            let id = try await bench.accept(Fixture.message(Fixture.submission(to: ["a@x", "b@x", "c@x", "d@x"])))
            try await bench.settle(
                Fixture.settlement(id.value, recipient: 0),
                Fixture.settlement(id.value, recipient: 1, .finished([.bounced])),
                Fixture.settlement(id.value, recipient: 2, .finished([.softBounced])))
            #expect(try await bench.states(id) == [.delivered, .bounced, .bounced, .queued])
            #expect(try await bench.pending().map(\.id.recipient) == [3])
        },
        StoreCheck("Attempts are counted over deferrals") { bench in
            let id = try await bench.accept()
            for attempt in 1...3 {
                try await bench.settle(Fixture.settlement(id.value, .again(due: Fixture.start), attempts: attempt))
            }
            #expect(try await bench.message(id).recipients.first?.attempts == 3)
            try await bench.settle(Fixture.settlement(id.value, attempts: 4))
            #expect(try await bench.message(id).recipients.first?.attempts == 4)
        },
    ]

    static let taking = [
        StoreCheck("A cancelled message has no delivery left") { bench in
            let id = try await bench.accept(Fixture.message(Fixture.submission(to: ["a@x", "b@x"])))
            let other = try await bench.accept()
            #expect(try await bench.commit(.cancel(id, at: Fixture.start)).serial == id.value)
            #expect(try await bench.states(id) == [.cancelled, .cancelled])
            #expect(try await bench.kinds(id) == [.accepted, .cancelled])
            #expect(try await bench.pending().map(\.id.message) == [other])
        },
        StoreCheck("What was cancelled stays cancelled, whatever an attempt came to") { bench in
            let id = try await bench.accept()
            _ = try await bench.commit(.cancel(id, at: Fixture.start))
            #expect(try await bench.settle(Fixture.settlement(id.value)) == [false])
            #expect(try await bench.states(id) == [.cancelled])
            let again = try await bench.commit(.cancel(id, at: Fixture.start))
            #expect(again.failure == .wrongState(.message, state: .ended, operation: .cancel))
        },
        StoreCheck("Of a cancel and a settlement in one commit the first wins") { bench in
            let first = try await bench.accept()
            let second = try await bench.accept()
            let outcomes = await bench.store.commit([
                .cancel(first, at: Fixture.start),
                .settle([Fixture.settlement(first.value), Fixture.settlement(second.value)]),
                .cancel(second, at: Fixture.start),
            ])
            #expect(outcomes[1].applied == [false, true])
            #expect(outcomes[2].failure == .wrongState(.message, state: .ended, operation: .cancel))
            #expect(try await bench.states(first) == [.cancelled])
            #expect(try await bench.states(second) == [.delivered])
        },
        StoreCheck("A message with a deferred delivery is neither cancelled nor moved") { bench in
            let id = try await bench.accept()
            let due = Fixture.start + .seconds(60)
            try await bench.settle(Fixture.settlement(id.value, .again(due: due)))
            let cancelled = try await bench.commit(.cancel(id, at: Fixture.start))
            #expect(cancelled.failure == .wrongState(.message, state: .underWay, operation: .cancel))
            let moved = try await bench.commit(.reschedule(id, due: Fixture.start, at: Fixture.start))
            #expect(moved.failure == .wrongState(.message, state: .underWay, operation: .reschedule))
            #expect(try await bench.pending().map(\.due) == [due])
        },
        StoreCheck("A message of which one recipient was served is neither cancelled nor moved") { bench in
            let id = try await bench.accept(Fixture.message(Fixture.submission(to: ["a@x", "b@y"])))
            try await bench.settle(Fixture.settlement(id.value, recipient: 0))
            let cancelled = try await bench.commit(.cancel(id, at: Fixture.start))
            #expect(cancelled.failure == .wrongState(.message, state: .underWay, operation: .cancel))
            let moved = try await bench.commit(.reschedule(id, due: Fixture.start, at: Fixture.start))
            #expect(moved.failure == .wrongState(.message, state: .underWay, operation: .reschedule))
            #expect(try await bench.states(id) == [.delivered, .queued])
        },
        StoreCheck("A moved message is due at its new time and says so") { bench in
            let id = try await bench.accept(Fixture.message(Fixture.submission(to: ["a@x", "b@x"])))
            let due = Fixture.start + .seconds(7200)
            #expect(try await bench.commit(.reschedule(id, due: due, at: Fixture.start)).serial == id.value)
            let message = try await bench.message(id)
            #expect(message.submission.scheduledAt == due)
            #expect(message.recipients.map(\.state) == [.scheduled, .scheduled])
            #expect(message.events.last?.kind == .rescheduled && message.events.last?.due == due)
            #expect(try await bench.pending().map(\.due) == [due, due])
            #expect(try await bench.commit(.cancel(id, at: Fixture.start)).serial == id.value)
        },
        StoreCheck("A message that is not there is neither cancelled nor moved nor hurried") { bench in
            let id = Message.ID(4)
            let outcomes = await bench.store.commit([
                .cancel(id, at: Fixture.start), .reschedule(id, due: Fixture.start, at: Fixture.start),
                .expedite(id, due: Fixture.start),
            ])
            #expect(
                outcomes.map(\.failure) == [
                    .wrongState(.message, state: .ended, operation: .cancel),
                    .wrongState(.message, state: .ended, operation: .reschedule),
                    .notFound(.message),
                ])
            let events = try await bench.store.events(after: MailEvent.ID(0), limit: 10)
            #expect(events == [])
        },
        StoreCheck("What is left of a message can be hurried, attempted or not") { bench in
            let later = Fixture.start + .seconds(3600)
            let id = try await bench.accept(Fixture.message(Fixture.submission(to: ["a@x", "b@x", "c@x"]), due: later))
            try await bench.settle(Fixture.settlement(id.value, recipient: 0))
            try await bench.settle(Fixture.settlement(id.value, recipient: 1, .again(due: later)))
            #expect(try await bench.commit(.expedite(id, due: Fixture.start)).serial == id.value)
            #expect(try await bench.pending().map(\.due) == [Fixture.start, Fixture.start])
            #expect(try await bench.pending().map(\.attempts) == [1, 0])
        },
    ]
}

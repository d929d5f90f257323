import Base
import Model
import Ports
import TestKit
import Testing

extension StoreConformance {
    /// What was given up is kept, and can be queued again.
    static let deadLetters = [
        StoreCheck("What is given up is a dead letter, what is delivered or cancelled is none") { bench in
            let id = try await bench.accept(Fixture.message(Fixture.submission(to: ["a@x.net", "b@y.net", "c@z.net"])))
            try await bench.settle(
                bench.giveUp(id, 0, .bounced), bench.giveUp(id, 1, .failed), bench.giveUp(id, 2, .delivered))
            _ = try await bench.commit(.cancel(try await bench.accept(), at: Fixture.start))
            try await bench.reopen()
            let letters = try await bench.deadLetters()
            #expect(letters.map(\.id) == [0, 1].map { DeliveryID(message: id, recipient: $0) })
            #expect(letters.map(\.destination) == ["x.net", "y.net"])
            #expect(letters.map(\.attempts) == [3, 3])
            #expect(letters.map(\.at) == [Fixture.start + .seconds(9), Fixture.start + .seconds(9)])
            #expect(try await bench.deadLetters(after: letters[0].id) == [letters[1]])
            #expect(try await bench.deadLetters(limit: 1) == [letters[0]])
            #expect(try await bench.store.latestDeadLetters(skip: 0, limit: 1) == [letters[letters.count - 1]])
            #expect(try await bench.store.latestDeadLetters(skip: letters.count - 1, limit: 9) == [letters[0]])
        },
        StoreCheck("Replaying queues every dead letter of a message, once, with a new lifetime, and tells the queue") {
            bench in
            let id = try await bench.accept(Fixture.message(Fixture.submission(to: ["a@x.net", "b@y.net"])))
            let first = try #require(try await bench.pending().first)
            try await bench.settle(bench.giveUp(id, 0, .softBounced))
            let listener = Listener()
            bench.observe(listener)
            let at = Fixture.start + .seconds(100)
            #expect(try await bench.commit(.replay(id, at: at)).serial == id.value)
            #expect(listener.heard.map(\.id) == [first.id])
            #expect(try await bench.commit(.replay(id, at: at)).failure == .notFound(.delivery))
            try await bench.reopen()
            #expect(try await bench.deadLetters().isEmpty)
            let again = try #require(try await bench.pending().first { $0.id == first.id })
            #expect(again.due == at)
            #expect(again.expires == at + first.policy.lifetime)
            #expect(again.policy == first.policy && again.origin == first.origin && again.account == first.account)
            #expect(try await bench.states(id) == [.deferred, .queued])
            #expect(try await bench.kinds(id) == [.accepted, .softBounced, .replayed])
            try await bench.settle(bench.giveUp(id, 0, .delivered))
            #expect(try await bench.states(id) == [.delivered, .queued])
        },
        StoreCheck("A replayed delivery that is given up again is a dead letter again") { bench in
            let id = try await bench.accept()
            try await bench.settle(bench.giveUp(id, 0, .failed))
            _ = try await bench.commit(.replay(id, at: Fixture.start + .seconds(1)))
            try await bench.settle(bench.giveUp(id, 0, .bounced))
            #expect(try await bench.deadLetters().map(\.id) == [DeliveryID(message: id, recipient: 0)])
            #expect(try await bench.pending().isEmpty)
        },
    ]
}

extension StoreBench {
    fileprivate func giveUp(_ message: Message.ID, _ recipient: Int, _ kind: MailEvent.Kind) -> Settlement {
        Settlement(
            id: DeliveryID(message: message, recipient: recipient), at: Fixture.start + .seconds(9),
            verdict: .finished([kind]),
            result: AttemptResult(classification: .transient, code: 451, text: UserData("later")), attempts: 3)
    }

    fileprivate func deadLetters(
        after last: DeliveryID = DeliveryID(packed: 0), limit: Int = 100
    ) async throws -> [DeadLetter] { try await store.deadLetters(after: last, limit: limit) }
}

import Base
import Model
import Ports
import TestKit
import Testing

/// Messages that are told of by their recipients' parts, and what few submissions say.
extension StoreConformance {
    static let parts = [
        StoreCheck("What few submissions say is read back, and nothing of it where nothing was said") { bench in
            var full = Fixture.submission(html: "<p>h</p>")
            (full.amp, full.messageID, full.division) = ("<amp>", "<one@example.com>", .sharedHeader)
            (full.sandbox, full.expiresAt) = (.suppressed, Fixture.start + .seconds(60))
            full.template = TemplateUse(template: Template.ID(7), version: 2)
            let id = try await bench.accept(Fixture.message(full))
            let plain = try await bench.accept()
            try await bench.reopen()
            #expect(try await bench.message(id).submission == full)
            #expect(try await bench.message(plain).submission == Fixture.submission())
            full.amp = nil
            full.html = nil
            full.text = nil
            #expect(try await bench.message(id, content: false).submission == full)
        },
        StoreCheck("Each part of a message is accepted for itself, and one recipient's is the message's") { bench in
            for division in [Submission.Division.perRecipient, .sharedHeader] {
                var submission = Fixture.submission(to: ["a@x.net", "b@x.net"])
                submission.division = division
                let id = try await bench.accept(Fixture.message(submission))
                let events = try await bench.message(id).events
                #expect(events.map(\.kind) == [.accepted, .accepted] && events.map(\.recipient) == [0, 1])
                submission.to = [submission.to[0]]
                let alone = try await bench.message(try await bench.accept(Fixture.message(submission)))
                #expect(alone.events.map(\.recipient) == [nil])
            }
        },
        StoreCheck("One part is taken back and the other goes on; an attempt at one does not hold the other") { bench in
            var submission = Fixture.submission(to: ["a@x.net", "b@x.net"])
            submission.division = .perRecipient
            let id = try await bench.accept(Fixture.message(submission, due: Fixture.start + .seconds(60)))
            let (first, second) = (DeliveryID(message: id, recipient: 0), DeliveryID(message: id, recipient: 1))
            try await bench.settle(
                Fixture.settlement(id.value, .again(due: Fixture.start + .seconds(90)), attempts: 1))
            let late = try await bench.commit(.cancelPart(first, at: Fixture.start))
            #expect(late.failure == .wrongState(.message, state: .underWay, operation: .cancel))
            #expect(try await bench.commit(.cancelPart(second, at: Fixture.start)).failure == nil)
            let again = try await bench.commit(.cancelPart(second, at: Fixture.start))
            #expect(again.failure == .wrongState(.message, state: .ended, operation: .cancel))
            #expect(try await bench.states(id) == [.deferred, .cancelled])
            #expect(try await bench.pending().map(\.id) == [first])
        },
        StoreCheck("A message of parts can be taken back as a whole while no attempt was made") { bench in
            var submission = Fixture.submission(to: ["a@x.net", "b@x.net"])
            submission.division = .perRecipient
            let id = try await bench.accept(Fixture.message(submission))
            #expect(try await bench.commit(.cancel(id, at: Fixture.start)).failure == nil)
            #expect(try await bench.states(id) == [.cancelled, .cancelled])
        },
        StoreCheck("A part that is taken back gives its share of the quota back, and no more") { bench in
            try await bench.makeAccount()
            let owner = QuotaOwner.account(Account.ID(1))
            _ = try await bench.commit(.limits(.setQuota(owner, Quota.Kind(.day, .recipient), limit: 2)))
            var submission = Fixture.submission(to: ["a@x.net", "b@x.net"])
            submission.division = .perRecipient
            let id = try await bench.accept(Fixture.message(submission, due: Fixture.start + .seconds(60)))
            let full = try await bench.commit(.accept(Fixture.message()))
            #expect(full.failure != nil)
            _ = try await bench.commit(.cancelPart(DeliveryID(message: id, recipient: 0), at: Fixture.start))
            try await bench.accept()
            #expect(try await bench.commit(.accept(Fixture.message())).failure != nil)
        },
        StoreCheck("A test that ends with a refusal for a while stays deferred, and is not queued") { bench in
            let id = try await bench.accept(Fixture.message(simulation: .deferredOnce))
            try await bench.settle(Fixture.settlement(id.value, .finished([.deferred])))
            #expect(try await bench.states(id) == [.deferred])
            #expect(try await bench.pending() == [])
            try await bench.reopen()
            #expect(try await bench.states(id) == [.deferred])
        },
        StoreCheck("A sender's test counts against no quota") { bench in
            try await bench.makeAccount()
            _ = try await bench.commit(.limits(.setQuota(.account(Account.ID(1)), Quota.Kind(.day), limit: 0)))
            var submission = Fixture.submission()
            submission.sandbox = .delivered
            try await bench.accept(Fixture.message(submission))
            #expect(try await bench.commit(.accept(Fixture.message())).failure != nil)
        },
        StoreCheck("No delivery lives longer than its message says") { bench in
            var submission = Fixture.submission()
            submission.expiresAt = Fixture.start + .seconds(5)
            try await bench.accept(Fixture.message(submission))
            #expect(try await bench.pending().map(\.expires) == [Fixture.start + .seconds(5)])
        },
    ]
}

extension StoreBench {
    fileprivate func makeAccount() async throws {
        _ = try await commit(.directory(.createAccount(name: "a", parent: nil, at: Fixture.start)))
    }
}

import Base
import Crypto
import Model
import Ports
import TestKit
import Testing

extension StoreConformance {
    static let acceptance = [
        StoreCheck("An accepted message reads back as it was") { bench in
            let submission = Submission(
                from: Fixture.address("hello@example.com", name: "Zoë"), to: [Fixture.address("ann@example.net")],
                cc: [Fixture.address("bob@example.org", name: "")], bcc: [Fixture.address("eve@example.net")],
                replyTo: [Fixture.address("back@example.com")], subject: "Grüße", text: "", html: "<p>\u{1F600}</p>",
                headers: [.init(name: "X-One", value: "1"), .init(name: "X-One", value: "")], tags: ["a", "a b"],
                attachments: [
                    Attachment(fileName: "a.bin", contentType: nil, contentID: nil, content: []),
                    Attachment(fileName: "b.png", contentType: "image/png", contentID: "b", content: [0, 255, 0]),
                ], scheduledAt: Fixture.start + .seconds(60), unsubscribe: true)
            let id = try await bench.accept(Fixture.message(submission, mode: .test))
            let message = try await bench.message(id)
            #expect(message.submission == submission)
            #expect(message.account == Account.ID(1) && message.key == AccessKey.ID(1))
            #expect(message.domain == MailDomain.ID(1) && message.origin == Fixture.personality)
            #expect(message.mode == .test && message.createdAt == Fixture.start)
        },
        StoreCheck("Recipients stand in the order of the envelope, with their roles") { bench in
            let id = try await bench.accept(
                Fixture.message(
                    Fixture.submission(to: ["a@x.net", "b@x.net"], cc: ["a@x.net", "c@x.net"], bcc: ["d@x.net"])))
            let recipients = try await bench.message(id).recipients
            #expect(recipients.map(\.address.address) == ["a@x.net", "b@x.net", "c@x.net", "d@x.net"])
            #expect(recipients.map(\.role) == [.to, .to, .cc, .bcc])
            #expect(recipients.allSatisfy { $0.state == .queued && $0.attempts == 0 })
        },
        StoreCheck("Serials of messages grow in the order of acceptance") { bench in
            var ids: [Int64] = []
            for _ in 0..<3 { ids.append(try await bench.accept().value) }
            let batch = await bench.store.commit([.accept(Fixture.message()), .accept(Fixture.message())])
            ids += batch.compactMap { $0.acceptance?.message.value }
            #expect(ids == Set(ids).sorted() && ids.count == 5 && ids[0] > 0)
        },
        StoreCheck("Without content, texts and attachments are left out and the rest is not") { bench in
            let attachment = Attachment(fileName: "a", contentType: nil, contentID: nil, content: [1])
            let id = try await bench.accept(
                Fixture.message(Fixture.submission(html: "<p>", tags: ["t"], attachments: [attachment])))
            let message = try await bench.message(id, content: false)
            #expect(message.submission == Fixture.submission(text: nil, tags: ["t"]))
            #expect(message.events.map(\.kind) == [.accepted])
        },
        StoreCheck("Contents far larger than a page read back to the byte") { bench in
            for size in [100_000, 262_144, 300_000, 3_000_000] {
                let content = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) }
                let attachment = Attachment(fileName: "a", contentType: nil, contentID: nil, content: content)
                let id = try await bench.accept(Fixture.message(Fixture.submission(attachments: [attachment])))
                #expect(try await bench.message(id).submission.attachments == [attachment], "\(size) bytes")
                #expect(try await bench.message(id, content: false).submission.attachments == [])
            }
        },
        StoreCheck("A message that does not exist is absent") { bench in
            try await bench.accept()
            for id: Int64 in [0, -1, 2, .max >> 10] {
                #expect(try await bench.store.message(Message.ID(id), content: true) == nil, "\(id)")
            }
        },
        StoreCheck("Each recipient becomes one delivery, due when the message is") { bench in
            let due = Fixture.start + .seconds(90)
            let id = try await bench.accept(
                Fixture.message(Fixture.submission(to: ["a@x.net", "b@y.net"]), due: due, simulation: .reply(451)))
            #expect(
                try await bench.pending() == [
                    PendingDelivery(
                        id: DeliveryID(message: id, recipient: 0), due: due, attempts: 0, destination: "x.net",
                        simulation: .reply(451), account: Account.ID(1), origin: Fixture.personality,
                        policy: Fixture.retries,
                        expires: due + Fixture.retries.lifetime),
                    PendingDelivery(
                        id: DeliveryID(message: id, recipient: 1), due: due, attempts: 0, destination: "y.net",
                        simulation: .reply(451), account: Account.ID(1), origin: Fixture.personality,
                        policy: Fixture.retries,
                        expires: due + Fixture.retries.lifetime),
                ])
            #expect(try await bench.states(id) == [.scheduled, .scheduled])
        },
        StoreCheck("The observer hears of every new delivery before its sender is answered") { bench in
            let listener = Listener()
            bench.observe(listener)
            for count in 1...5 {
                try await bench.accept(Fixture.message(Fixture.submission(to: ["a@x.net", "b@y.net"])))
                #expect(listener.heard.count == 2 * count)
            }
            #expect(try await bench.pending() == listener.heard)
        },
        StoreCheck("The observer hears nothing of a replay or a refusal") { bench in
            let record = Fixture.idempotency("k")
            try await bench.accept(Fixture.message(idempotency: record))
            let listener = Listener()
            bench.observe(listener)
            _ = await bench.store.commit([
                .accept(Fixture.message(idempotency: record)),
                .accept(Fixture.message(idempotency: Fixture.idempotency("k", "other"))),
            ])
            #expect(listener.heard == [])
        },
        StoreCheck("A message of an unknown personality is refused, and its neighbours are not") { bench in
            let outcomes = await bench.store.commit([
                .accept(Fixture.message()), .accept(Fixture.message(origin: PersonalityID("nobody"))),
                .accept(Fixture.message()),
            ])
            #expect(outcomes.map { $0.acceptance != nil } == [true, false, true])
            let pending = try await bench.pending()
            #expect(pending.count == 2)
        },
        StoreCheck("The largest envelope is accepted") { bench in
            let to = (0..<PortLimits.recipientsPerMessage).map { "r\($0)@example.net" }
            let id = try await bench.accept(Fixture.message(Fixture.submission(to: to)))
            #expect(try await bench.pending().count == to.count)
            #expect(try await bench.message(id).recipients.map(\.address.address) == to)
        },
    ]

    static let idempotency = [
        StoreCheck("The same key with the same request is answered with the first message") { bench in
            let record = Fixture.idempotency("k")
            let id = try await bench.accept(Fixture.message(idempotency: record))
            let outcome = try await bench.commit(.accept(Fixture.message(idempotency: record)))
            #expect(outcome.acceptance == Acceptance(message: id, replayed: true))
            #expect(try await bench.list().total == 1)
            #expect(try await bench.pending().count == 1)
        },
        StoreCheck("The same key with another request is a mismatch") { bench in
            try await bench.accept(Fixture.message(idempotency: Fixture.idempotency("k", "one")))
            let outcome = try await bench.commit(.accept(Fixture.message(idempotency: Fixture.idempotency("k", "two"))))
            #expect(outcome.failure == .idempotencyMismatch)
            #expect(try await bench.list().total == 1)
        },
        StoreCheck("Within one commit a key has one effect") { bench in
            let record = Fixture.idempotency("k")
            let outcomes = await bench.store.commit([
                .accept(Fixture.message(idempotency: record)), .accept(Fixture.message(idempotency: record)),
                .accept(Fixture.message(idempotency: Fixture.idempotency("k", "other"))), .accept(Fixture.message()),
            ])
            let first = try #require(outcomes[0].acceptance?.message)
            #expect(outcomes[0].acceptance?.replayed == false)
            #expect(outcomes[1].acceptance == Acceptance(message: first, replayed: true))
            #expect(outcomes[2].failure == .idempotencyMismatch)
            let second = try #require(outcomes[3].acceptance)
            #expect(second.message > first && !second.replayed)
        },
        StoreCheck("Of many callers with one key at one time, one is accepted and the others are replays") { bench in
            let record = Fixture.idempotency("k")
            let store = bench.store
            let acceptances = await withTaskGroup(of: Acceptance?.self) { group in
                for _ in 0..<50 {
                    group.addTask {
                        await store.commit([.accept(Fixture.message(idempotency: record))]).first?.acceptance
                    }
                }
                return await group.reduce(into: [Acceptance?]()) { $0.append($1) }
            }
            #expect(acceptances.count { $0?.replayed == false } == 1)
            #expect(acceptances.count { $0?.replayed == true } == 49)
            #expect(Set(acceptances.map { $0?.message }).count == 1)
        },
        StoreCheck("Keys are remembered when the store is opened again") { bench in
            var ids: [Message.ID] = []
            for index in 0..<40 {
                let record = Fixture.idempotency("k\(index)", "r\(index)")
                ids.append(try await bench.accept(Fixture.message(idempotency: record)))
            }
            try await bench.reopen()
            for index in 0..<40 {
                let same = Fixture.message(idempotency: Fixture.idempotency("k\(index)", "r\(index)"))
                let acceptance = try await bench.commit(.accept(same)).acceptance
                #expect(acceptance == Acceptance(message: ids[index], replayed: true))
                let other = Fixture.message(idempotency: Fixture.idempotency("k\(index)", "other"))
                #expect(try await bench.commit(.accept(other)).failure == .idempotencyMismatch)
            }
        },
        StoreCheck("Keys whose digests begin alike are different keys") { bench in
            let records = try (UInt8(0)..<20).map { last -> IdempotencyRecord in
                let key = try #require(Digest256(bytes: Array(repeating: 9, count: 31) + [last]))
                return IdempotencyRecord(key: key, fingerprint: SHA256.digest([last]))
            }
            var ids: [Message.ID] = []
            for round in 0..<2 {
                for (index, record) in records.enumerated() {
                    let outcome = try await bench.commit(.accept(Fixture.message(idempotency: record)))
                    let acceptance = try #require(outcome.acceptance)
                    if round == 0 { ids.append(acceptance.message) }
                    #expect(acceptance == Acceptance(message: ids[index], replayed: round > 0))
                }
                try await bench.reopen()
            }
            #expect(Set(ids).count == records.count)
        },
        StoreCheck("A replay is answered also after the message was taken back") { bench in
            let record = Fixture.idempotency("k")
            let id = try await bench.accept(Fixture.message(idempotency: record))
            _ = try await bench.commit(.cancel(id, at: Fixture.start))
            let outcome = try await bench.commit(.accept(Fixture.message(idempotency: record)))
            #expect(outcome.acceptance == Acceptance(message: id, replayed: true))
            #expect(try await bench.pending() == [])
        },
    ]
}

import Base
import Model
import Ports
import TestKit
import Testing

extension StoreConformance {
    /// What is heard of deliveries after they ended, and what failures suppress.
    static let lateReports = [
        StoreCheck("A bounce that is reported of a delivered recipient ends it anew, once, and is no attempt") {
            bench in
            let id = try await bench.delivered(to: ["a@x.net", "b@x.net"])
            #expect(try await bench.report(bench.bounce(id, 1)) == [true])
            #expect(try await bench.report(bench.bounce(id, 1), bench.bounce(id, 1, .softBounced)) == [false, false])
            try await bench.reopen()
            #expect(try await bench.states(id) == [.delivered, .bounced])
            #expect(try await bench.message(id).state == .bounced)
            #expect(try await bench.message(id).recipients.map(\.attempts) == [1, 1])
            let event = try #require(try await bench.message(id).events.last)
            #expect(event.kind == .bounced && event.recipient == 1 && event.attempt == StoreBench.gone)
            #expect(event.at == Fixture.start + .seconds(60))
        },
        StoreCheck("A complaint comes after a delivery or a bounce, once, and nothing after it") { bench in
            let id = try await bench.delivered(to: ["a@x.net", "b@x.net"])
            try await bench.report(bench.bounce(id, 1, .softBounced))
            #expect(try await bench.report(bench.complaint(id, 0), bench.complaint(id, 1)) == [true, true])
            #expect(
                try await bench.report(bench.complaint(id, 0), bench.bounce(id, 0), bench.bounce(id, 1))
                    == [false, false, false])
            try await bench.reopen()
            #expect(try await bench.states(id) == [.complained, .complained])
            #expect(try await bench.kinds(id).suffix(3) == [.softBounced, .complained, .complained])
        },
        StoreCheck("Of a recipient that is queued still nothing can be reported, nor anything beside it") { bench in
            let id = try await bench.accept(Fixture.message(Fixture.submission(to: ["a@x.net", "b@x.net"])))
            try await bench.settle(Fixture.settlement(id.value))
            let refused = try await bench.commit(.report([bench.bounce(id, 0), bench.bounce(id, 1)]))
            #expect(refused.failure == .wrongState(.delivery, state: .underWay, operation: .edit))
            #expect(try await bench.states(id) == [.delivered, .queued])
        },
        StoreCheck("Who was never sent to cannot be reported about") { bench in
            try await bench.makeAccounts()
            try await bench.suppress("b@x.net")
            let id = try await bench.accept(Fixture.message(Fixture.submission(to: ["a@x.net", "b@x.net"])))
            _ = try await bench.commit(.cancel(id, at: Fixture.start))
            let unknown = Message.ID(99)
            let applied = try await bench.report(
                bench.bounce(id, 0), bench.complaint(id, 0), bench.complaint(id, 1), bench.bounce(id, 7),
                bench.bounce(unknown, 0))
            #expect(applied == [false, false, false, false, false])
            #expect(try await bench.kinds(id) == [.accepted, .suppressed, .cancelled])
        },
        StoreCheck("A reported event is fanned out to webhooks") { bench in
            try await bench.makeAccounts()
            let id = try await bench.delivered(to: ["a@x.net"])
            #expect(try await bench.commit(.webhook(.create(Fixture.webhook(["mail.bounced"])))).serial == 1)
            let listener = WebhookListener()
            bench.observe(webhooks: listener)
            try await bench.report(bench.bounce(id, 0))
            #expect(listener.heard.count == 1)
        },
        StoreCheck("A hard bounce suppresses its address in the transaction that settles it") { bench in
            try await bench.makeAccounts()
            for (index, classification) in AttemptResult.Class.allCases.enumerated() {
                let address = "R\(index)@x.net"
                let id = try await bench.accept(Fixture.message(Fixture.submission(to: ["ok@x.net", address])))
                let outcomes = await bench.store.commit([
                    .settle([bench.failed(id, 1, classification)]),
                    .accept(Fixture.message(Fixture.submission(to: [address.lowercased()]))),
                ])
                #expect((outcomes[1].failure != nil) == classification.meansBadAddress, "\(classification)")
            }
            let found = try await bench.suppressed()
            #expect(found.count == 3 && found.allSatisfy { $0.reason == .hardBounce && $0.expiresAt == nil })
            #expect(found.allSatisfy { $0.domain == nil && $0.origin == Fixture.personality && $0.note == nil })
            #expect(found.last?.address == Fixture.address("R1@x.net"))
            #expect(found.last?.createdAt == Fixture.start + .seconds(9))
        },
        StoreCheck("A soft bounce, a simulated one and one that no longer counts suppress nobody") { bench in
            try await bench.makeAccounts()
            let soft = try await bench.accept(Fixture.message(Fixture.submission(to: ["a@x.net"])))
            let simulated = try await bench.accept(
                Fixture.message(Fixture.submission(to: ["b@x.net"]), simulation: .reply(550)))
            let cancelled = try await bench.accept(Fixture.message(Fixture.submission(to: ["c@x.net"])))
            _ = try await bench.commit(.cancel(cancelled, at: Fixture.start))
            let applied = try await bench.settle(
                bench.failed(soft, 0, .invalidRecipient, .softBounced), bench.failed(simulated, 0, .invalidRecipient),
                bench.failed(cancelled, 0, .invalidRecipient))
            #expect(applied == [true, true, false])
            #expect(try await bench.suppressed().isEmpty)
        },
        StoreCheck("A reported hard bounce and a complaint suppress, as the rule of the message's origin says") {
            bench in
            try await bench.makeAccounts()
            let id = try await bench.delivered(to: ["a@x.net", "b@x.net", "c@x.net"])
            try await bench.report(bench.bounce(id, 0), bench.complaint(id, 1), bench.bounce(id, 2, .softBounced))
            let other = try await bench.delivered(to: ["d@x.net"], origin: Fixture.otherPersonality)
            try await bench.report(bench.bounce(other, 0))
            try await bench.reopen()
            let found = try await bench.suppressed(at: Fixture.start + .seconds(60))
            #expect(found.map(\.address.address) == ["d@x.net", "b@x.net", "a@x.net"])
            #expect(found.map(\.reason) == [.hardBounce, .complaint, .hardBounce])
            #expect(found.map(\.domain) == [MailDomain.ID(1), nil, nil])
            #expect(found[0].expiresAt == Fixture.start + .seconds(60) + Fixture.suppressionLifetime)
            let refused = try await bench.commit(.accept(Fixture.message(Fixture.submission(to: ["A@x.net"]))))
            #expect(refused.failure == .allRecipientsSuppressed([UserData("A@x.net")]))
        },
        StoreCheck("The third failure in a row suppresses, and a delivery between begins anew") { bench in
            try await bench.makeAccounts()
            try await bench.fail("a@x.net", .mailboxFull, .softBounced)
            try await bench.fail("a@x.net", .unknown)
            _ = try await bench.delivered(to: ["A@x.net"])
            try await bench.fail("a@x.net", .unknown)
            for _ in 0..<4 { try await bench.fail("b@x.net", .policy) }
            try await bench.fail("a@x.net", .noAnswer, .softBounced)
            let elsewhere = Fixture.message(Fixture.submission(to: ["a@x.net"]), origin: Fixture.otherPersonality)
            let other = try await bench.accept(elsewhere)
            try await bench.settle(bench.failed(other, 0, .unknown))
            #expect(try await bench.suppressed().isEmpty)
            try await bench.reopen()
            try await bench.fail("A@x.net", .unknown)
            let found = try await bench.suppressed()
            #expect(found.map(\.address.address) == ["A@x.net"] && found.map(\.reason) == [.softBounce])
            // With the suppression the count has gone.
            let address = Fixture.address("a@x.net")
            _ = try await bench.commit(.suppression(.remove(Account.ID(1), address, domain: nil)))
            for _ in 0..<2 { try await bench.fail("a@x.net", .unknown) }
            #expect(try await bench.suppressed().isEmpty)
        },
        StoreCheck("A failure that is reported of a delivery goes on with the row that it ended") { bench in
            try await bench.makeAccounts()
            for failures in 1...3 {
                #expect(try await bench.suppressed().isEmpty)
                let id = try await bench.delivered(to: ["a@x.net", "b@x.net"])
                try await bench.report(bench.bounce(id, 0, .softBounced, .unknown))
                // Of this one only the first and the last were not delivered.
                if failures != 2 { try await bench.report(bench.bounce(id, 1, .softBounced, .unknown)) }
            }
            #expect(try await bench.suppressed().map(\.address.address) == ["a@x.net"])
            for _ in 0..<2 { _ = try await bench.delivered(to: ["b@x.net"]) }
            for _ in 0..<2 { try await bench.fail("b@x.net", .unknown) }
            #expect(try await bench.suppressed().count == 1)
        },
        StoreCheck("What is suppressed already is not weakened, and what would have ended sooner is renewed") { bench in
            try await bench.makeAccounts()
            let id = try await bench.delivered(to: ["a@x.net", "b@x.net", "c@x.net"])
            try await bench.suppress("a@x.net")
            try await bench.suppress("b@x.net", expiresAt: Fixture.start + .seconds(100))
            try await bench.suppress("c@x.net", expiresAt: Fixture.start + .seconds(10))
            try await bench.report(bench.bounce(id, 0), bench.bounce(id, 1), bench.bounce(id, 2))
            let found = try await bench.suppressed(at: Fixture.start + .seconds(60))
            let byAddress = found.sorted { $0.address.address < $1.address.address }
            #expect(byAddress.map(\.reason) == [.manual, .hardBounce, .hardBounce])
            #expect(byAddress.allSatisfy { $0.expiresAt == nil })
            let created = [0, 0, 60].map { Fixture.start + .seconds($0) }
            #expect(byAddress.map(\.createdAt) == created)
        },
    ]
}

extension StoreBench {
    static let gone = AttemptResult(
        classification: .invalidRecipient, code: 550, enhancedStatus: "5.1.1", text: UserData("no such user"),
        host: "mx.x.net")

    fileprivate func delivered(
        to recipients: [String], origin: PersonalityID = Fixture.personality
    ) async throws -> Message.ID {
        let id = try await accept(Fixture.message(Fixture.submission(to: recipients), origin: origin))
        for index in recipients.indices { try await settle(Fixture.settlement(id.value, recipient: index)) }
        return id
    }

    fileprivate func failed(
        _ message: Message.ID, _ recipient: Int, _ classification: AttemptResult.Class,
        _ kind: MailEvent.Kind = .bounced
    ) -> Settlement {
        Settlement(
            id: DeliveryID(message: message, recipient: recipient), at: Fixture.start + .seconds(9),
            verdict: .finished([kind]),
            result: AttemptResult(classification: classification, code: 550, text: UserData("no")), attempts: 1)
    }

    /// A message to this address fails for good.
    fileprivate func fail(
        _ address: String, _ classification: AttemptResult.Class, _ kind: MailEvent.Kind = .bounced
    ) async throws {
        let id = try await accept(Fixture.message(Fixture.submission(to: [address])))
        try await settle(failed(id, 0, classification, kind))
    }

    fileprivate func bounce(
        _ message: Message.ID, _ recipient: Int, _ kind: MailEvent.Kind = .bounced,
        _ classification: AttemptResult.Class = .invalidRecipient
    ) -> RecipientReport {
        var result = Self.gone
        result.classification = classification
        return RecipientReport(
            id: DeliveryID(message: message, recipient: recipient), at: Fixture.start + .seconds(60),
            news: kind == .bounced ? .bounced(result) : .softBounced(result))
    }

    fileprivate func complaint(_ message: Message.ID, _ recipient: Int) -> RecipientReport {
        RecipientReport(
            id: DeliveryID(message: message, recipient: recipient), at: Fixture.start + .seconds(60), news: .complained)
    }

    @discardableResult
    fileprivate func report(_ reports: RecipientReport...) async throws -> [Bool] {
        try #require(try await commit(.report(reports)).applied)
    }
}

import Base
import Crypto
import Model
import Ports
import Rows
import TestKit
import Testing

@Suite("Decisions about messages, without a store")
struct DecisionTests {
    private static let record = IdempotencyRecord(
        key: SHA256.digest([1]), fingerprint: SHA256.digest([2]))

    private func decide(
        _ message: NewMessage, earlier: AcceptFacts.Claim? = nil, isOriginKnown: Bool = true, suppressed: [Int] = [],
        quotas: inout QuotaBook
    ) -> AcceptDecision {
        AcceptDecision(
            EncodedMessage.Envelope(message),
            AcceptFacts(earlier: earlier, isOriginKnown: isOriginKnown, suppressed: suppressed), quotas: &quotas)
    }

    private func decide(
        _ message: NewMessage, earlier: AcceptFacts.Claim? = nil, isOriginKnown: Bool = true, suppressed: [Int] = []
    ) -> AcceptDecision {
        var quotas = QuotaBook()
        return decide(
            message, earlier: earlier, isOriginKnown: isOriginKnown, suppressed: suppressed, quotas: &quotas)
    }

    private func steps(_ decision: AcceptDecision) -> [MessageBeginning.Step]? {
        guard case .accepted(let beginning, _) = decision else { return nil }
        return beginning.steps
    }

    // MARK: Accepting

    @Test("A real delivery waits in the queue behind the event of its acceptance")
    func queued() {
        let accepted = EventRow(.accepted, recipient: nil, at: Fixture.start)
        #expect(steps(decide(Fixture.message())) == [.event(accepted), .queue(recipient: 0)])
    }

    @Test("A lone simulated delivery that is due is one row, and never queued")
    func handedOver() {
        let whole = EventRow(
            code: EventRecord.acceptedAndHandedOver, recipient: 0, at: Fixture.start,
            detail: EventRecord.capturedDetail)
        #expect(steps(decide(Fixture.message(simulation: .delivered))) == [.event(whole)])
    }

    @Test("A simulated delivery that is due later waits")
    func scheduled() {
        let message = Fixture.message(due: Fixture.start + .seconds(60), simulation: .delivered)
        #expect(steps(decide(message))?.last == .queue(recipient: 0))
    }

    @Test("Of several recipients each has its own step, and the suppressed ones get an event only")
    func several() {
        let submission = Fixture.submission(to: ["ann@example.net", "bob@example.net", "eve@example.net"])
        let decided = steps(decide(Fixture.message(submission), suppressed: [1]))
        #expect(
            decided == [
                .event(EventRow(.accepted, recipient: nil, at: Fixture.start)), .queue(recipient: 0),
                .event(EventRow(.suppressed, recipient: 1, at: Fixture.start)), .queue(recipient: 2),
            ])
    }

    @Test("A message that goes to nobody is refused, and debits no quota")
    func nobody() {
        var quotas = QuotaBook()
        quotas.setLimit(5, of: .account(Account.ID(1)), Quota.Kind(.day, .recipient))
        guard case .refused(.allRecipientsSuppressed) = decide(Fixture.message(), suppressed: [0], quotas: &quotas)
        else {
            Issue.record("it was not refused")
            return
        }
        #expect(quotas.changes.allSatisfy { $0.used == 0 })
    }

    @Test("An earlier message with the key is answered, whatever has changed since")
    func replayed() {
        let earlier = AcceptFacts.Claim(message: Message.ID(7), fingerprint: Self.record.fingerprint)
        let message = Fixture.message(idempotency: Self.record)
        guard case .replayed(let id) = decide(message, earlier: earlier, suppressed: [0]) else {
            Issue.record("it was not replayed")
            return
        }
        #expect(id == Message.ID(7))
    }

    @Test("Another request with the key is refused")
    func mismatch() {
        let earlier = AcceptFacts.Claim(message: Message.ID(7), fingerprint: SHA256.digest([3]))
        guard case .refused(.idempotencyMismatch) = decide(Fixture.message(idempotency: Self.record), earlier: earlier)
        else {
            Issue.record("it was not refused")
            return
        }
    }

    @Test("An origin that the engine does not know is refused")
    func unknownOrigin() {
        guard case .refused(.internalError) = decide(Fixture.message(), isOriginKnown: false) else {
            Issue.record("it was not refused")
            return
        }
    }

    @Test("A quota without room refuses, one with room is debited once")
    func quotas() {
        var quotas = QuotaBook()
        quotas.setLimit(1, of: .account(Account.ID(1)), Quota.Kind(.day, .message))
        guard case .accepted(_, let charge) = decide(Fixture.message(), quotas: &quotas) else {
            Issue.record("it was not accepted")
            return
        }
        #expect(charge.map(\.units) == [1])
        guard case .overQuota(let shortfall) = decide(Fixture.message(), quotas: &quotas) else {
            Issue.record("it was accepted")
            return
        }
        #expect(shortfall.limit == 1)
    }

    @Test("Test messages cost nothing")
    func testMode() {
        var quotas = QuotaBook()
        quotas.setLimit(0, of: .account(Account.ID(1)), Quota.Kind(.day, .message))
        #expect(steps(decide(Fixture.message(mode: .test), quotas: &quotas)) != nil)
    }

    // MARK: Outcomes

    private func settlement(
        _ verdict: Settlement.Verdict, _ classification: AttemptResult.Class = .none
    ) -> Settlement {
        Settlement(
            id: DeliveryID(message: Message.ID(1), recipient: 0), at: Fixture.start, verdict: verdict,
            result: AttemptResult(classification: classification, code: 250, text: UserData("ok")), attempts: 1)
    }

    @Test("What is not queued any more is not settled")
    func fenced() {
        #expect(SettleDecision(settlement(.finished([.transmitted, .delivered])), simulation: nil) == nil)
    }

    @Test("Handing over is one row of two events")
    func delivered() {
        let decision = SettleDecision(
            settlement(.finished([.transmitted, .delivered])), simulation: SimulatedOutcome.none)
        #expect(decision?.events.map(\.code) == [EventRecord.handedOver])
        #expect(decision?.queue == .remove)
        #expect(decision?.isDeadLetter == false)
    }

    @Test("A failure that may pass leaves the delivery queued")
    func deferred() {
        let due = Fixture.start + .seconds(60)
        let decision = SettleDecision(settlement(.again(due: due)), simulation: SimulatedOutcome.none)
        #expect(decision?.queue == .wait(until: due, attempts: 1))
    }

    @Test(
        "Only a real bounce of a bad address asks for a suppression",
        arguments: [
            (SimulatedOutcome.none, AttemptResult.Class.invalidRecipient, true),
            (.none, .transient, false), (.reply(550), .invalidRecipient, false),
        ])
    func suppression(simulation: SimulatedOutcome, classification: AttemptResult.Class, asks: Bool) {
        let decision = SettleDecision(settlement(.finished([.bounced]), classification), simulation: simulation)
        #expect(decision?.asksForSuppression == asks)
        #expect(decision?.isDeadLetter == true)
    }

    // MARK: Schedules and reports

    @Test(
        "A message is taken back only while something is queued and nothing was tried",
        arguments: [(false, false), (false, true), (true, true), (true, false)])
    func attempts(isQueued: Bool, wasTried: Bool) {
        let refusal = AttemptFacts(isQueued: isQueued, wasTried: wasTried).refusal(.cancel)
        #expect((refusal == nil) == (isQueued && !wasTried))
    }

    @Test("News of several deliveries is made all at once or not at all")
    func reports() {
        #expect(ReportDecision.refusal(isQueued: [false, false]) == nil)
        #expect(ReportDecision.refusal(isQueued: [false, true]) != nil)
    }

    @Test("Nothing comes after a complaint")
    func complained() {
        let report = RecipientReport(
            id: DeliveryID(message: Message.ID(1), recipient: 0), at: Fixture.start, news: .complained)
        #expect(ReportDecision.event(report, state: .delivered) != nil)
        #expect(ReportDecision.event(report, state: .complained) == nil)
    }
}

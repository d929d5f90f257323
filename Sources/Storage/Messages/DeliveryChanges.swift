import Base
import Database
import Model
import Ports
import Rows

/// What becomes of deliveries: outcomes of attempts, news of ended ones, and messages that are taken back, moved, or
/// queued again. Reads what the decisions of `Rows` need to know, writes what they say. The writer thread's own.
final class DeliveryChanges {
    private let queue: QueueRows
    private let events: EventRows
    private let quotas: QuotaRows
    private let deadLetters: DeadLetters
    private let reports: ReportRows
    private let suppressions: AutoSuppressions

    init(
        queue: QueueRows, events: EventRows, quotas: QuotaRows, deadLetters: DeadLetters, reports: ReportRows,
        suppressions: AutoSuppressions
    ) {
        self.queue = queue
        self.events = events
        self.quotas = quotas
        self.deadLetters = deadLetters
        self.reports = reports
        self.suppressions = suppressions
    }

    // MARK: Outcomes

    /// For each whether it applied.
    func settle(_ settlements: [Settlement]) throws(DatabaseError) -> [Bool] {
        var applied: [Bool] = []
        applied.reserveCapacity(settlements.count)
        for settlement in settlements { applied.append(try settle(settlement)) }
        return applied
    }

    private func settle(_ settlement: Settlement) throws(DatabaseError) -> Bool {
        guard let decision = SettleDecision(settlement, simulation: try queue.simulation(of: settlement.id)) else {
            return false
        }
        // Before the row goes: it is copied from it.
        if decision.isDeadLetter { try deadLetters.add(settlement) }
        try queue.write(decision.queue, to: settlement.id)
        for event in decision.events { try events.add(event, of: settlement.id.message) }
        if decision.asksForSuppression {
            try suppressions.suppress(
                settlement.id, after: .bounced, settlement.result.classification, at: settlement.at)
        }
        if let step = decision.step { try suppressions.note(step, of: settlement.id, at: settlement.at) }
        return true
    }

    /// For each whether it applied; or why none was made.
    func report(_ news: [RecipientReport]) throws(DatabaseError) -> Result<[Bool], KernelFailure> {
        let isQueued = try news.map { one throws(DatabaseError) in try reports.isQueued(one.id) }
        if let refusal = ReportDecision.refusal(isQueued: isQueued) { return .failure(refusal) }
        return .success(try news.map { one throws(DatabaseError) in try report(one) })
    }

    private func report(_ news: RecipientReport) throws(DatabaseError) -> Bool {
        guard let event = ReportDecision.event(news, state: try reports.state(of: news.id)) else { return false }
        try events.add(event, of: news.id.message)
        if news.suppresses {
            try suppressions.suppress(news.id, after: news.kind, news.result?.classification, at: news.at)
        }
        if let step = ReportDecision.step(news) { try suppressions.note(step, of: news.id, at: news.at) }
        return true
    }

    // MARK: Schedules

    func cancel(_ message: Message.ID, _ at: Instant) throws(DatabaseError) -> ChangeOutcome {
        if let refusal = try queue.attempts(at: message).refusal(.cancel) { return .refused(refusal) }
        try queue.removeAll(of: message)
        try quotas.refund(message)
        try events.add(EventRow(.cancelled, recipient: nil, at: at), of: message)
        return .done(serial: message.value)
    }

    func cancel(_ part: DeliveryID, _ at: Instant) throws(DatabaseError) -> ChangeOutcome {
        let attempts = try queue.attempts(of: part)
        if let refusal = AttemptFacts(attempts: attempts).refusal(.cancel) { return .refused(refusal) }
        try queue.write(.remove, to: part)
        let rest = try queue.attempts(at: part.message)
        if rest.isQueued || rest.wasTried {
            try quotas.refundPart(of: part.message)
        } else {
            try quotas.refund(part.message)
        }
        try events.add(EventRow(.cancelled, recipient: part.recipient, at: at), of: part.message)
        return .done(serial: part.message.value)
    }

    func reschedule(_ message: Message.ID, _ due: Instant, _ at: Instant) throws(DatabaseError) -> ChangeOutcome {
        if let refusal = try queue.attempts(at: message).refusal(.reschedule) { return .refused(refusal) }
        if let failure = try quotas.move(message, to: due) { return .refused(failure) }
        _ = try queue.moveAll(of: message, to: due)
        try events.add(
            EventRow(.rescheduled, recipient: nil, at: at, detail: EventRecord.detail(due: due)), of: message)
        return .done(serial: message.value)
    }

    func expedite(_ message: Message.ID, _ due: Instant) throws(DatabaseError) -> ChangeOutcome {
        try queue.moveAll(of: message, to: due)
            ? .done(serial: message.value) : .refused(.notFound(.message))
    }

    func replay(_ message: Message.ID, _ at: Instant) throws(DatabaseError) -> ChangeOutcome {
        let deliveries = try deadLetters.replay(message, at: at)
        guard !deliveries.isEmpty else { return .refused(.notFound(.delivery)) }
        for delivery in deliveries {
            try events.add(EventRow(.replayed, recipient: delivery.id.recipient, at: at), of: message)
        }
        queue.note(deliveries)
        return .done(serial: message.value)
    }
}

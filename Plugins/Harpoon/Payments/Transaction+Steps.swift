import Base
import Model

/// What may become of a payment. Each step checks the table of states (`TransactionState.next`) for every state that it
/// goes through, and gives the payment as it is afterwards.
extension Transaction {
    /// A step that the payment's state does not allow.
    struct Refusal: Error, Equatable {
        let state: TransactionState
    }

    /// Nothing came in time; nil while there is time left, and where it no longer waits.
    func expired(at now: Instant) -> Transaction? {
        guard state == .pending, expiresAt <= now else { return nil }
        return try? moved(to: [.expired], at: now)
    }

    func cancelled(because reason: String?, at now: Instant) throws(Refusal) -> Transaction {
        var next = try moved(to: [.cancelled], at: now)
        next.reason = reason
        return next
    }

    /// Money came for it. `doubt`: why a person has to look before it counts.
    func paid(by payment: Payment, doubt: String? = nil, at now: Instant) throws(Refusal) -> Transaction {
        guard state == .pending else { throw Refusal(state: state) }
        var next = self
        next.payment = payment
        next.processingAt = now
        if let doubt {
            next = try next.moved(to: [.processing, .manualReview], at: now)
            next.reason = doubt
            return next
        }
        return try next.moved(
            to: [.processing, Difference(expected: expected, actual: payment.amount).state], at: now)
    }

    /// Money came for it whose balance does not go on from what its line is known to have.
    func waits(with payment: Payment, until end: Instant, at now: Instant) throws(Refusal) -> Transaction {
        guard state == .pending else { throw Refusal(state: state) }
        var next = try moved(to: [.processing], at: now)
        next.payment = payment
        next.processingAt = now
        next.waitsUntil = end
        next.reason = "its balance does not go on from the line's"
        return next
    }

    /// What came since shows that the money is there.
    func freed(at now: Instant) throws(Refusal) -> Transaction {
        guard state == .processing, let payment else { throw Refusal(state: state) }
        return try reconciled(with: payment, at: now)
    }

    /// What came since shows that it never came, or nothing did: a person has to look.
    func doubted(because reason: String, at now: Instant) throws(Refusal) -> Transaction {
        guard state == .processing else { throw Refusal(state: state) }
        var next = try moved(to: [.manualReview], at: now)
        next.reason = reason
        return next
    }

    /// What a person who looks at it should know; nil where none does.
    func remarked(_ reason: String) -> Transaction? {
        guard state == .manualReview else { return nil }
        var next = self
        next.reason = reason
        return next
    }

    /// The time in which it could show that the money is there is over; nil while it is not.
    func overdue(at now: Instant) -> Transaction? {
        guard state == .processing, let waitsUntil, waitsUntil <= now else { return nil }
        return try? doubted(
            because: "its balance does not go on from the line's, and no text has closed the gap", at: now)
    }

    /// A person has found the money that belongs to it: one that waits for money, or for a person.
    func reconciled(with payment: Payment, at now: Instant) throws(Refusal) -> Transaction {
        var next = self
        next.payment = payment
        next.processingAt = processingAt ?? now
        next.reason = nil
        let end = Difference(expected: expected, actual: payment.amount).state
        return try next.moved(to: state == .pending ? [.processing, end] : [end], at: now)
    }

    /// A person says that the money which is held for it counts.
    func approved(at now: Instant) throws(Refusal) -> Transaction {
        guard state == .manualReview, let payment else { throw Refusal(state: state) }
        return try reconciled(with: payment, at: now)
    }

    /// A person says that the money does not count.
    func failed(because reason: String?, at now: Instant) throws(Refusal) -> Transaction {
        var next = try moved(to: [.failed], at: now)
        next.reason = reason
        return next
    }

    /// The merchant has given the money back.
    func refunded(at now: Instant) throws(Refusal) -> Transaction {
        let completed = completedAt
        var next = try moved(to: [.refunded], at: now)
        next.completedAt = completed ?? now
        return next
    }

    private func moved(to path: [TransactionState], at now: Instant) throws(Refusal) -> Transaction {
        var next = self
        for step in path {
            guard next.state.next.contains(step) else { throw Refusal(state: state) }
            next.state = step
        }
        if next.state != .processing { next.waitsUntil = nil }
        if next.state.isTerminal { next.completedAt = now }
        return next
    }
}

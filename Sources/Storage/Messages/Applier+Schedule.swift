import Base
import Database
import Model
import Ports

/// Messages that are taken back, moved to another time, or queued again.
extension Applier {
    func cancel(_ message: Message.ID, _ at: Instant) throws(DatabaseError) -> ChangeOutcome {
        if let state = try attemptState(message) {
            return .refused(.wrongState(.message, state: state, operation: .cancel))
        }
        let range = DeliveryID.range(of: message)
        statements.deleteDeliveries.bind(1, range.lowerBound)
        statements.deleteDeliveries.bind(2, range.upperBound)
        try statements.deleteDeliveries.run()
        try quotas.refund(message)
        try insertEvent(message: message.value, recipient: nil, .cancelled, at: at.nanoseconds, detail: nil)
        return .done(serial: message.value)
    }

    func reschedule(_ message: Message.ID, _ due: Instant, _ at: Instant) throws(DatabaseError) -> ChangeOutcome {
        if let state = try attemptState(message) {
            return .refused(.wrongState(.message, state: state, operation: .reschedule))
        }
        if let failure = try quotas.move(message, to: due) { return .refused(failure) }
        try move(message, due)
        try insertEvent(
            message: message.value, recipient: nil, .rescheduled, at: at.nanoseconds,
            detail: EventRecord.detail(due: due))
        return .done(serial: message.value)
    }

    func expedite(_ message: Message.ID, _ due: Instant) throws(DatabaseError) -> ChangeOutcome {
        try move(message, due)
        return connection.changedRows == 0 ? .refused(.notFound(.message)) : .done(serial: message.value)
    }

    func replay(_ message: Message.ID, _ at: Instant) throws(DatabaseError) -> ChangeOutcome {
        let deliveries = try deadLetters.replay(message, at: at)
        guard !deliveries.isEmpty else { return .refused(.notFound(.delivery)) }
        for delivery in deliveries {
            try insertEvent(
                message: message.value, recipient: delivery.id.recipient, .replayed, at: at.nanoseconds, detail: nil)
        }
        queued += deliveries
        return .done(serial: message.value)
    }

    private func move(_ message: Message.ID, _ due: Instant) throws(DatabaseError) {
        let range = DeliveryID.range(of: message)
        statements.moveDeliveries.bind(1, range.lowerBound)
        statements.moveDeliveries.bind(2, range.upperBound)
        statements.moveDeliveries.bind(3, due.nanoseconds)
        try statements.moveDeliveries.run()
    }

    /// nil while something of the message is queued, and no attempt at any of its recipients was made. An attempt
    /// leaves an event of its recipient behind, also where that delivery is finished and its row gone; being suppressed
    /// leaves one too, and is none.
    private func attemptState(_ message: Message.ID) throws(DatabaseError) -> ResourceState? {
        let range = DeliveryID.range(of: message)
        statements.attemptState.bind(1, range.lowerBound)
        statements.attemptState.bind(2, range.upperBound)
        statements.attemptState.bind(3, message.value)
        statements.attemptState.bind(4, Int64(MailEvent.Kind.suppressed.rawValue))
        let found = try statements.attemptState.first { (isQueued: $0.integer(0) == 1, wasTried: $0.integer(1) == 1) }
        guard let found, found.isQueued else { return .ended }
        return found.wasTried ? .underWay : nil
    }
}

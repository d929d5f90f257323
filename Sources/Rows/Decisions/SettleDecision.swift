public import Base
import Model
public import Ports

/// What the outcome of an attempt writes. Pure.
///
/// It applies only while the delivery is queued: one that was cancelled meanwhile stays cancelled.
public struct SettleDecision: Sendable, Equatable {
    /// What becomes of the delivery's row.
    public enum Queue: Sendable, Equatable {
        case remove
        /// The delivery is due again.
        case wait(until: Instant, attempts: Int)
    }

    public var queue: Queue
    /// Kept for a replay, before its row goes.
    public var isDeadLetter: Bool
    /// In the order in which they are written.
    public var events: [EventRow]
    /// Whether the personality's rule is asked for a suppression of the address after `bounced`.
    public var asksForSuppression: Bool
    /// What it is to the address's failures in a row; nil: nothing.
    public var step: FailureRun.Step?

    /// `simulation`: the queued delivery's; nil where it is not queued any more, and then nothing is decided.
    public init?(_ settlement: Settlement, simulation: SimulatedOutcome?) {
        guard let simulation else { return nil }
        let detail = EventRecord.detail(settlement.result)
        let (recipient, at) = (settlement.id.recipient, settlement.at)
        switch settlement.verdict {
        case .again(let due):
            queue = .wait(until: due, attempts: settlement.attempts)
            isDeadLetter = false
            events = [EventRow(.deferred, recipient: recipient, at: at, detail: detail)]
            asksForSuppression = false
        case .finished(let kinds):
            queue = .remove
            isDeadLetter = DeadLetter.isEnded(by: kinds)
            events =
                kinds == [.transmitted, .delivered]
                ? [EventRow(code: EventRecord.handedOver, recipient: recipient, at: at, detail: detail)]
                : kinds.map { EventRow($0, recipient: recipient, at: at, detail: detail) }
            // What was simulated suppresses nobody unless the operator wants it: a test could be made once only.
            let counts = simulation == .none || settlement.suppressesSimulated
            let classification = settlement.result.classification
            asksForSuppression = counts && kinds.contains(.bounced) && classification.meansBadAddress
            guard counts else { return }
            if kinds.contains(.delivered) {
                step = .delivered
            } else if classification.countsInARow, kinds.contains(.bounced) || kinds.contains(.softBounced) {
                step = .failed
            }
        }
    }
}

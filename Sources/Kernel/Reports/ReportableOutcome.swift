import Base
import MailFormat
import Model
import Ports

/// What became of a delivery, where somebody may want to hear of it.
struct ReportableOutcome: Sendable {
    /// Its place among the settlements of a session.
    let place: Int
    let settlement: Settlement
    let action: DeliveryStatusNotification.Action
    /// When the delivery came into the queue, and when it is given up.
    let queuedAt: Instant
    let expires: Instant

    /// nil for a step that is nobody's concern: most deliveries have no other. Nothing simulated is reported, and no
    /// report.
    init?(_ settlement: Settlement, at place: Int, of delivery: PendingDelivery) {
        guard delivery.simulation == .none, delivery.origin != .reports else { return nil }
        queuedAt = delivery.expires - delivery.policy.lifetime
        switch settlement.verdict {
        case .finished(let events) where DeadLetter.isEnded(by: events): action = .failed
        case .finished where settlement.isUnannounced: action = .relayed
        case .again where settlement.at >= queuedAt + KernelLimits.delayReportedAfter: action = .delayed
        case .finished, .again: return nil
        }
        self.place = place
        self.settlement = settlement
        expires = delivery.expires
    }

    /// A failure that was heard of when the delivery had ended well; nil for other news.
    init?(_ news: RecipientReport, at place: Int) {
        guard let result = news.result else { return nil }
        self.place = place
        settlement = Settlement(
            id: news.id, at: news.at, verdict: .finished([news.kind]), result: result, attempts: 0)
        action = .failed
        queuedAt = news.at
        expires = news.at
    }

    /// The wish that asks for it (RFC 3461 §4.1).
    var wish: UInt8 {
        switch action {
        case .failed: ReportWishes.Recipient.failure
        case .relayed: ReportWishes.Recipient.success
        case .delayed: ReportWishes.Recipient.delay
        }
    }

    /// A delay is told of once, with the first attempt that comes late enough.
    func isNews(in message: Message) -> Bool {
        guard action == .delayed else { return true }
        return !message.events.contains { event in
            event.kind == .deferred && event.recipient == settlement.id.recipient
                && event.at >= queuedAt + KernelLimits.delayReportedAfter
        }
    }
}

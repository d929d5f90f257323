public import Base
public import Model
public import Ports

/// How a message begins: its acceptance, and for each recipient what is to be done, or is done already. Pure.
public struct MessageBeginning: Sendable, Equatable {
    /// One row that is written.
    public enum Step: Sendable, Equatable {
        case event(EventRow)
        /// The recipient's delivery waits in the queue.
        case queue(recipient: Int)
    }

    /// In the order in which they are written.
    public var steps: [Step]
    /// Recipients whose delivery ended with the acceptance.
    public var deliveredAtOnce: Int

    /// `suppressed`: the places of the recipients that get nothing. `due` is when the first attempt is, `at` now.
    /// A message that is told of by its parts is accepted for each of them.
    public init(
        _ recipients: [NewRecipient], suppressed: [Int], at: Instant, due: Instant,
        division: Submission.Division = .perMessage
    ) {
        let endsAtOnce = due <= at
        if let only = recipients.first, recipients.count == 1, suppressed.isEmpty, endsAtOnce,
            only.simulation == .delivered
        {
            deliveredAtOnce = 1
            steps = [
                .event(
                    EventRow(
                        code: EventRecord.acceptedAndHandedOver, recipient: 0, at: at,
                        detail: EventRecord.capturedDetail))
            ]
            return
        }
        deliveredAtOnce = 0
        let isDivided = division != .perMessage && recipients.count > 1
        steps = isDivided ? [] : [.event(EventRow(.accepted, recipient: nil, at: at))]
        steps.reserveCapacity(recipients.count * (isDivided ? 2 : 1) + 1)
        for (place, recipient) in recipients.enumerated() {
            if isDivided { steps.append(.event(EventRow(.accepted, recipient: place, at: at))) }
            if suppressed.contains(place) {
                steps.append(.event(EventRow(.suppressed, recipient: place, at: at)))
            } else if endsAtOnce, recipient.simulation == .delivered {
                // It needs no attempt, so it is finished here instead of being queued, leased and settled by a second
                // transaction.
                deliveredAtOnce += 1
                steps.append(
                    .event(
                        EventRow(
                            code: EventRecord.handedOver, recipient: place, at: at,
                            detail: EventRecord.capturedDetail)))
            } else {
                steps.append(.queue(recipient: place))
            }
        }
    }
}

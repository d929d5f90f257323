public import Model

/// Failures of one address in a row, as a row keeps them. Pure.
///
/// What a next hop takes counts as delivered and ends the run; where a report says later that the same message failed
/// after all, the run goes on from where it was.
public struct FailureRun: Sendable, Equatable {
    /// What an outcome is to the run of its address.
    public enum Step: Sendable, Equatable {
        case failed
        case delivered
    }

    /// The failures so far; 0 after a delivery.
    public var count: Int
    /// As many there were before the delivery of this message.
    public var before: Int
    public var deliveredBy: Message.ID?

    public init(count: Int = 0, before: Int = 0, deliveredBy: Message.ID? = nil) {
        self.count = count
        self.before = before
        self.deliveredBy = deliveredBy
    }

    public mutating func fail(_ message: Message.ID) {
        count = (deliveredBy == message ? before : count) + 1
        (before, deliveredBy) = (0, nil)
    }

    /// False: there is nothing left to remember.
    public mutating func deliver(_ message: Message.ID) -> Bool {
        guard count > 0 else { return false }
        self = FailureRun(count: 0, before: count, deliveredBy: message)
        return true
    }
}

public import Ports

/// The queue of mail at one moment, and what has become of its attempts since the start.
public struct MailFigures: Sendable, Equatable {
    public var lanes: [LaneStatistics]
    /// Of attempts over the wire.
    public var outcomes: OutcomeCounts
    /// Of attempts that were simulated; those that ended with their acceptance are the store's to tell.
    public var simulated: OutcomeCounts

    public init(lanes: [LaneStatistics], outcomes: OutcomeCounts, simulated: OutcomeCounts) {
        self.lanes = lanes
        self.outcomes = outcomes
        self.simulated = simulated
    }
}

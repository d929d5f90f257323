package import Ports

/// The queue of mail at one moment, and what has become of its attempts since the start.
package struct MailFigures: Sendable, Equatable {
    package var lanes: [LaneStatistics]
    /// Of attempts over the wire.
    package var outcomes: OutcomeCounts
    /// Of attempts that were simulated; those that ended with their acceptance are the store's to tell.
    package var simulated: OutcomeCounts

    package init(lanes: [LaneStatistics], outcomes: OutcomeCounts, simulated: OutcomeCounts) {
        self.lanes = lanes
        self.outcomes = outcomes
        self.simulated = simulated
    }
}

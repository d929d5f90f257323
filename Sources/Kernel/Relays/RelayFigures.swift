import Model
package import Ports

/// The relayed requests that wait at one moment, and what has become of their attempts since the start.
package struct RelayFigures: Sendable, Equatable {
    /// By the origin that they go to, which callers chose.
    package var lanes: [WorkLaneStatistics<String>]
    package var outcomes: OutcomeCounts
    /// What targets answered.
    package var answers: AnswerCounts

    package init(lanes: [WorkLaneStatistics<String>], outcomes: OutcomeCounts, answers: AnswerCounts) {
        self.lanes = lanes
        self.outcomes = outcomes
        self.answers = answers
    }
}

extension RelaySettlement {
    /// What it counts as.
    package var counted: OutcomeCounts.Outcome {
        switch outcome {
        case .delivered: .delivered
        case .queued, .retrying: .deferred
        case .rejected: .bounced
        case .dead, .cancelled: .failed
        }
    }
}

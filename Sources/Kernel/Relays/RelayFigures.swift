import Model
public import Ports

/// The relayed requests that wait at one moment, and what has become of their attempts since the start.
public struct RelayFigures: Sendable, Equatable {
    /// By the origin that they go to, which callers chose.
    public var lanes: [WorkLaneStatistics<String>]
    public var outcomes: OutcomeCounts
    /// What targets answered.
    public var answers: AnswerCounts

    public init(lanes: [WorkLaneStatistics<String>], outcomes: OutcomeCounts, answers: AnswerCounts) {
        self.lanes = lanes
        self.outcomes = outcomes
        self.answers = answers
    }
}

extension RelaySettlement {
    /// What it counts as.
    public var counted: OutcomeCounts.Outcome {
        switch outcome {
        case .delivered: .delivered
        case .queued, .retrying: .deferred
        case .rejected: .bounced
        case .dead, .cancelled: .failed
        }
    }
}

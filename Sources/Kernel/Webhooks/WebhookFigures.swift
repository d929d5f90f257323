public import Ports

/// The webhooks that wait at one moment, and what has become of their attempts since the start.
public struct WebhookFigures: Sendable, Equatable {
    public var lanes: [WebhookLaneStatistics]
    public var outcomes: OutcomeCounts
    /// What endpoints answered.
    public var answers: AnswerCounts

    public init(lanes: [WebhookLaneStatistics], outcomes: OutcomeCounts, answers: AnswerCounts) {
        self.lanes = lanes
        self.outcomes = outcomes
        self.answers = answers
    }
}

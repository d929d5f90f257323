package import Ports

/// The webhooks that wait at one moment, and what has become of their attempts since the start.
package struct WebhookFigures: Sendable, Equatable {
    package var lanes: [WebhookLaneStatistics]
    package var outcomes: OutcomeCounts
    /// What endpoints answered.
    package var answers: AnswerCounts

    package init(lanes: [WebhookLaneStatistics], outcomes: OutcomeCounts, answers: AnswerCounts) {
        self.lanes = lanes
        self.outcomes = outcomes
        self.answers = answers
    }
}

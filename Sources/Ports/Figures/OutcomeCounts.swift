import Model

/// How the attempts at one kind of work ended since the start. The dispatcher that makes them owns it.
public struct OutcomeCounts: Sendable, Equatable {
    public enum Outcome: String, Sendable, CaseIterable {
        case delivered
        /// To be tried again.
        case deferred
        /// Refused by the receiving side, for good or by its last chance.
        case bounced
        /// Given up by us.
        case failed

        public var word: StaticString {
            switch self {
            case .delivered: "delivered"
            case .deferred: "deferred"
            case .bounced: "bounced"
            case .failed: "failed"
            }
        }
    }

    public private(set) var delivered: UInt64 = 0
    public private(set) var deferred: UInt64 = 0
    public private(set) var bounced: UInt64 = 0
    public private(set) var failed: UInt64 = 0

    public init() {}

    public mutating func note(_ outcome: Outcome, _ count: UInt64 = 1) {
        switch outcome {
        case .delivered: delivered += count
        case .deferred: deferred += count
        case .bounced: bounced += count
        case .failed: failed += count
        }
    }

    public subscript(outcome: Outcome) -> UInt64 {
        switch outcome {
        case .delivered: delivered
        case .deferred: deferred
        case .bounced: bounced
        case .failed: failed
        }
    }
}

extension Settlement.Verdict {
    /// What the verdict counts as.
    public var outcome: OutcomeCounts.Outcome {
        switch self {
        case .again: .deferred
        case .finished(let events):
            if events.contains(.delivered) {
                .delivered
            } else if events.contains(.bounced) || events.contains(.softBounced) {
                .bounced
            } else {
                .failed
            }
        }
    }
}

extension WebhookSettlement.Verdict {
    /// What the verdict counts as.
    public var outcome: OutcomeCounts.Outcome {
        switch self {
        case .delivered: .delivered
        case .again: .deferred
        case .givenUp: .failed
        }
    }
}

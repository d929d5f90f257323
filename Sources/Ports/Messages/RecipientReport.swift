public import Base
public import Model

/// What others told of a delivery after it had ended: that it bounced after all, or that its recipient complained.
public struct RecipientReport: Sendable, Equatable {
    public enum News: Sendable, Equatable {
        case bounced(AttemptResult)
        /// Given up elsewhere, for a reason that may pass.
        case softBounced(AttemptResult)
        case complained
    }

    public var id: DeliveryID
    public var at: Instant
    public var news: News
    /// Whether the personality's rule is asked for a suppression.
    public var suppresses = true

    public init(id: DeliveryID, at: Instant, news: News) {
        self.id = id
        self.at = at
        self.news = news
    }

    public var kind: MailEvent.Kind {
        switch news {
        case .bounced: .bounced
        case .softBounced: .softBounced
        case .complained: .complained
        }
    }

    public var result: AttemptResult? {
        switch news {
        case .bounced(let result), .softBounced(let result): result
        case .complained: nil
        }
    }

    /// Whether it takes a recipient further. There is one late bounce, and nothing comes after a complaint; who was
    /// never sent to cannot be reported about.
    public func applies(to state: Recipient.State) -> Bool {
        switch (news, state) {
        case (.bounced, .delivered), (.softBounced, .delivered): true
        // A server that refused may have taken it all the same: what it says last is not always what it did.
        case (.complained, .delivered), (.complained, .bounced), (.complained, .failed): true
        default: false
        }
    }
}

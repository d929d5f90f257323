/// What became of one recipient.
public enum RecipientOutcome: Hashable, Sendable {
    /// The reply to the final dot: the server is responsible for the message now.
    case accepted(Reply)
    /// A negative reply, permanent or transient as its code says.
    case refused(Reply, at: TransactionStage)
    /// No reply decided it.
    case failed(DeliveryFailure)

    public var isAccepted: Bool {
        if case .accepted = self { true } else { false }
    }

    /// Whether trying again is pointless. False for `accepted`.
    public var isPermanent: Bool {
        switch self {
        case .accepted: false
        case .refused(let reply, _): reply.isPermanent
        case .failed(let failure): failure.isPermanent
        }
    }
}

/// Where in a transaction a reply was given: a refused sender says nothing about a recipient.
public enum TransactionStage: Hashable, Sendable {
    case mail
    case recipient
    case data
    /// The reply to the final dot.
    case content
}

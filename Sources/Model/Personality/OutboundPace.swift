/// How fast a personality's mail leaves, over all destinations, whoever sent it. It delays, and refuses nothing.
public struct OutboundPace: Sendable, Equatable {
    /// Deliveries in a second: a message counts once for each recipient.
    public var perSecond: Int

    public init(perSecond: Int) { self.perSecond = perSecond }
}

public import Model

/// What was sent in the present period of a quota that nobody counted from its beginning, as one snapshot showed it.
public struct QuotaTally: Sendable, Equatable {
    /// A message that waits for its time, which a cancel gives back.
    public struct Waiting: Sendable, Equatable {
        public var message: Message.ID
        public var units: Int

        public init(message: Message.ID, units: Int) {
            self.message = message
            self.units = units
        }
    }

    public var period: QuotaPeriod
    /// Units that were sent and not entered in the quota's use.
    public var uncounted: Int
    /// Those among them that may still be taken back.
    public var waiting: [Waiting]

    public init(period: QuotaPeriod, uncounted: Int, waiting: [Waiting]) {
        self.period = period
        self.uncounted = uncounted
        self.waiting = waiting
    }
}

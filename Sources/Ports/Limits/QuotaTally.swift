package import Model

/// What was sent in the present period of a quota that nobody counted from its beginning, as one snapshot showed it.
package struct QuotaTally: Sendable, Equatable {
    /// A message that waits for its time, which a cancel gives back.
    package struct Waiting: Sendable, Equatable {
        package var message: Message.ID
        package var units: Int

        package init(message: Message.ID, units: Int) {
            self.message = message
            self.units = units
        }
    }

    package var period: QuotaPeriod
    /// Units that were sent and not entered in the quota's use.
    package var uncounted: Int
    /// Those among them that may still be taken back.
    package var waiting: [Waiting]

    package init(period: QuotaPeriod, uncounted: Int, waiting: [Waiting]) {
        self.period = period
        self.uncounted = uncounted
        self.waiting = waiting
    }
}

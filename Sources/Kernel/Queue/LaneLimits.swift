package import Model

/// How much of a lane may go on at once, and how fast.
package struct LaneLimits: Sendable, Equatable {
    /// Sessions at the same time.
    package var sessions: Int
    /// Deliveries in a minute, evenly spaced; nil for as many as there are.
    package var deliveriesPerMinute: Int?
    /// Fewer sessions, and rests between them, while the other side pushes back.
    package var givesWay: Bool

    package init(sessions: Int = 1, deliveriesPerMinute: Int? = nil, givesWay: Bool = false) {
        self.sessions = sessions
        self.deliveriesPerMinute = deliveriesPerMinute
        self.givesWay = givesWay
    }
}

/// What the operator and the personalities set of it.
package struct LanePace: Sendable, Equatable {
    /// Deliveries a minute to one destination.
    package var perDestination: Int?
    /// Deliveries a minute of all that came in by a personality, over all destinations.
    package var perOrigin: [PersonalityID: Int]

    package init(perDestination: Int? = nil, perOrigin: [PersonalityID: Int] = [:]) {
        self.perDestination = perDestination
        self.perOrigin = perOrigin
    }
}

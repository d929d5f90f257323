public import Model

/// How much of a lane may go on at once, and how fast.
public struct LaneLimits: Sendable, Equatable {
    /// Sessions at the same time.
    public var sessions: Int
    /// Deliveries in a minute, evenly spaced; nil for as many as there are.
    public var deliveriesPerMinute: Int?
    /// Fewer sessions, and rests between them, while the other side pushes back.
    public var givesWay: Bool

    public init(sessions: Int = 1, deliveriesPerMinute: Int? = nil, givesWay: Bool = false) {
        self.sessions = sessions
        self.deliveriesPerMinute = deliveriesPerMinute
        self.givesWay = givesWay
    }
}

/// What the operator and the personalities set of it.
public struct LanePace: Sendable, Equatable {
    /// Deliveries a minute to one destination.
    public var perDestination: Int?
    /// Deliveries a minute of all that came in by a personality, over all destinations.
    public var perOrigin: [PersonalityID: Int]

    public init(perDestination: Int? = nil, perOrigin: [PersonalityID: Int] = [:]) {
        self.perDestination = perDestination
        self.perOrigin = perOrigin
    }
}

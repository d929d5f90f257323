/// The timeouts of one client: the standard ones, all scaled by one factor, or replaced one by one.
public struct ClientTimeouts: Hashable, Sendable {
    public var factor: Double
    /// Taken as they are, without the factor.
    public var overrides: [ClientPhase: Duration]

    public init(factor: Double = 1, overrides: [ClientPhase: Duration] = [:]) {
        self.factor = factor
        self.overrides = overrides
    }

    public subscript(phase: ClientPhase) -> Duration { overrides[phase] ?? phase.standardTimeout * factor }
}

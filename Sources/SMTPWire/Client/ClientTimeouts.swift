/// The timeouts of one client: the standard ones, all scaled by one factor, or replaced one by one.
package struct ClientTimeouts: Hashable, Sendable {
    package var factor: Double
    /// Taken as they are, without the factor.
    package var overrides: [ClientPhase: Duration]

    package init(factor: Double = 1, overrides: [ClientPhase: Duration] = [:]) {
        self.factor = factor
        self.overrides = overrides
    }

    package subscript(phase: ClientPhase) -> Duration { overrides[phase] ?? phase.standardTimeout * factor }
}

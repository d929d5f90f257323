package import Model

/// The part of the `Store` port that the operator's own business needs; its contract is the `Store`'s.
package protocol UpkeepStore: Sendable {
    /// The lanes that the operator holds back, by name, in no order.
    func pausedLanes() async throws(KernelFailure) -> [String]
}

/// One atomic change of what is the operator's own.
package enum UpkeepChange: Sendable {
    /// Holds a lane back, or lets it go on; what is so already stays so.
    case setPaused(lane: String, Bool)
    /// Writes something that changes nothing: where that fails, nothing else can be written either.
    case probe
}

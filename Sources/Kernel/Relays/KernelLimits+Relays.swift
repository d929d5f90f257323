extension KernelLimits {
    /// Relayed requests; a lane is a target's origin.
    public static let relayWork = WorkLimits(running: 1024, laneWidth: 64, laneWidthAtStart: 4, unrecorded: 8192)
}
